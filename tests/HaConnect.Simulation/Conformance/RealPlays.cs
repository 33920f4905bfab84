using HaConnect.Simulation.Conformance.Scripts;

namespace HaConnect.Simulation.Conformance;

/// <summary>Plays all scripts on real servers, three at a time: they mostly wait, and one after the other they would take minutes.</summary>
public sealed class RealPlays : IAsyncDisposable
{
    private const int AtATime = 3;

    private readonly SemaphoreSlim _turn = new(AtATime);
    private readonly CancellationTokenSource _ended = new();
    private readonly Dictionary<string, Task<IReadOnlyList<Observation>>> _plays;

    public RealPlays()
        : this(AllScripts.ByName.Values)
    {
    }

    internal RealPlays(IEnumerable<Script> scripts) => _plays = scripts.ToDictionary(s => s.Name, s => Task.Run(() => PlayAsync(s)));

    /// <summary>What a script saw.</summary>
    internal Task<IReadOnlyList<Observation>> SeenAsync(string name) => _plays[name];

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_plays.Values.Select(p => p.ContinueWith(static t => t.Exception, TaskScheduler.Default)));
        _turn.Dispose();
        _ended.Dispose();
    }

    private async Task<IReadOnlyList<Observation>> PlayAsync(Script script)
    {
        await _turn.WaitAsync(_ended.Token);
        try
        {
            return await RealStage.PlayAsync(script, _ended.Token);
        }
        finally
        {
            _turn.Release();
        }
    }
}

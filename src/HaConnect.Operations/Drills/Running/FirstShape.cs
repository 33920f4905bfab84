using HaConnect.Operations.Drills.Reading;

namespace HaConnect.Operations.Drills.Running;

/// <summary>Brings the cluster back into the shape that it had before the drill: every node that was struck as a standby, and the first primary as the primary.</summary>
internal sealed class FirstShape(IDrillTarget target, DrillOptions options, DrillTimeline timeline, TimeProvider time)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly List<string> _steps = [];
    private readonly List<string> _problems = [];

    internal IReadOnlyList<string> Steps => _steps;

    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>The nodes that are not standbys or the primary again.</summary>
    internal HashSet<string> NotBack { get; } = new(StringComparer.Ordinal);

    internal void Expect(IEnumerable<string> nodes) => NotBack.UnionWith(nodes);

    /// <summary>All nodes stream from whoever is the primary.</summary>
    internal async Task BringBackAllAsync(string primary, CancellationToken cancellationToken)
    {
        foreach (var node in NotBack.Where(n => n != primary).Order(StringComparer.Ordinal).ToList())
            await BringBackAsync(node, cancellationToken).ConfigureAwait(false);
        if (await Wholeness.UntilAsync(target.Database, primary, options.RestoreTimeout, time, cancellationToken).ConfigureAwait(false) is { } problem)
            _problems.Add($"The cluster is not whole again after {options.RestoreTimeout.TotalSeconds:0} s: {problem}.");
        else
            NotBack.Clear();
    }

    /// <summary>The first primary is it again, and the one between streams from it.</summary>
    internal async Task SwitchBackAsync(string first, string between, CancellationToken cancellationToken)
    {
        if (first == between || _problems.Count > 0)
            return;
        var startedAt = time.GetTimestamp();
        NotBack.Add(between); // whoever is called off in the middle has to know: once asked for, it may be done
        SwitchoverResult result;
        bool isDone;
        do
        {
            // A node that has just been rejoined may not have its say in acks yet; it gets it within seconds.
            result = await TrySwitchoverAsync(first, cancellationToken).ConfigureAwait(false);
            isDone = result.Succeeded || result.Primary == first; // of an earlier try only the answer may have been lost
            if (!isDone)
                await Task.Delay(BetweenTries, time, cancellationToken).ConfigureAwait(false);
        }
        while (!isDone && time.GetElapsedTime(startedAt) < options.RestoreTimeout);

        if (!isDone)
        {
            _problems.Add($"{first} is not the primary again: {result.Reason}. Ask for it: haconnect switchover {first}.");
            return;
        }

        Step($"switched back: {first} is the primary of term {result.Term}");
        await BringBackAllAsync(first, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SwitchoverResult> TrySwitchoverAsync(string first, CancellationToken cancellationToken)
    {
        try
        {
            return await target.SwitchoverAsync(first, new Quiet(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new SwitchoverResult(false, null, null, e.Message);
        }
    }

    private async Task BringBackAsync(string node, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.RestoreTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            Step($"brought back: {node} {await target.BringBackAsync(node, both.Token).ConfigureAwait(false)}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _problems.Add($"{node} was not brought back: {(patience.IsCancellationRequested ? $"it took longer than {options.RestoreTimeout.TotalSeconds:0} s" : e.Message)}");
        }
    }

    private void Step(string sentence)
    {
        _steps.Add(sentence);
        var colon = sentence.IndexOf(": ", StringComparison.Ordinal);
        timeline.Add(sentence[..colon], sentence[(colon + 2)..]);
    }

    private sealed class Quiet : IProgress<string>
    {
        public void Report(string value)
        {
            // The audit records tell of it.
        }
    }
}

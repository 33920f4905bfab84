using System.Collections.Concurrent;

namespace HaConnect.ClusterTests.Drills;

/// <summary>
/// Commands that a drill runs by the shell, and that the test carries out: each writes the node's name into a file, and ends when the test has done what it stands for, with the exit code that it gives.
/// </summary>
internal sealed class Hands : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-hands-");
    private readonly ConcurrentDictionary<string, Func<string, Task>> _acts = new();
    private readonly ConcurrentQueue<string> _done = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    internal Hands() => _work = WorkAsync();

    /// <summary>What was asked for, in order: the act and the node.</summary>
    internal IReadOnlyCollection<string> Done => _done;

    /// <returns>The command.</returns>
    internal string For(string act, Func<string, Task> does)
    {
        _acts[act] = does;
        var path = Path.Combine(_folder.FullName, act);
        return $"rm -f {path}.done; echo $HACONNECT_NODE > {path}.new; mv {path}.new {path}.asked; while [ ! -e {path}.done ]; do sleep 0.02; done; exit $(cat {path}.done)";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var asked in _folder.GetFiles("*.asked"))
            {
                var act = Path.GetFileNameWithoutExtension(asked.Name);
                var node = (await File.ReadAllTextAsync(asked.FullName, CancellationToken.None)).Trim();
                asked.Delete();
                _done.Enqueue($"{act} {node}");
                var code = 0;
                try
                {
                    await _acts[act](node);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    TestContext.Current.TestOutputHelper?.WriteLine($"{act} {node}: {e}");
                    code = 9;
                }

                var path = Path.Combine(_folder.FullName, act);
                await File.WriteAllTextAsync(path + ".code", $"{code}", CancellationToken.None);
                File.Move(path + ".code", path + ".done", overwrite: true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

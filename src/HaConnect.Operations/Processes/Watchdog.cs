using System.Diagnostics;

namespace HaConnect.Operations.Processes;

/// <summary>
/// Removes something when it is disposed, and also when this process dies before, even by kill -9: a detached shell reads from a pipe whose write end only this process holds (.NET opens
/// pipes close-on-exec, so that no child inherits it).
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(10);

    // Out of the caller's process group, where a terminal's Ctrl-C and a runner's kill of the group would reach it; macOS has no setsid(1).
    private const string Launch = """
        script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" sh "$@"; fi; exec /bin/sh -c "$script" sh "$@"
        """;

    private readonly Process _launcher;
    private readonly string _what;
    private readonly Func<bool> _isThere;
    private readonly TimeSpan _patience;

    private Watchdog(Process launcher, string what, Func<bool> isThere, TimeSpan patience) => (_launcher, _what, _isThere, _patience) = (launcher, what, isThere, patience);

    /// <summary>Of a folder and the processes that work in it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="patience">How long its disposal waits.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    internal static async Task<Watchdog> StartAsync(string folder, TimeSpan patience, CancellationToken cancellationToken)
    {
        var resource = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!;
        await using var ofResource = resource.ConfigureAwait(false);
        using var reader = new StreamReader(resource);
        var script = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return await StartAsync(script, folder, () => Directory.Exists(folder), patience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>With another script, which removes what it is told in $1 when its standard input ends, from a detached shell.</summary>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    internal static async Task<Watchdog> StartAsync(string script, string what, Func<bool> isThere, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = new HostPrograms(null, null).Prepare("/bin/sh", ["-c", Launch, "sh", script, what], null, "/"); // as the caller, who may remove whatever it is
        start.RedirectStandardInput = true;
        var launcher = HostPrograms.Start(start);
        await launcher.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return launcher.ExitCode == 0 ? new Watchdog(launcher, what, isThere, patience) : throw new InvalidOperationException($"What removes {what} afterwards did not start.");
    }

    /// <summary>Has it removed, and returns when it is gone.</summary>
    /// <exception cref="IOException">It is still there after that time.</exception>
    public async ValueTask DisposeAsync()
    {
        _launcher.StandardInput.Close();
        _launcher.Dispose();
        var startedAt = TimeProvider.System.GetTimestamp();
        while (_isThere())
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > _patience)
                throw new IOException($"{_what} could not be removed. End what works in it, and remove it.");
            await Task.Delay(s_turn, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }
}

using System.Diagnostics;

namespace HaConnect.Testing.Processes;

/// <summary>
/// Removes a cluster's processes and folder when it is disposed, and also when this process dies before, even by kill -9:
/// a detached shell reads from a pipe whose write end only we hold (.NET opens pipes close-on-exec, so no child inherits it).
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private readonly Process _launcher;
    private readonly string _what;
    private readonly Func<bool> _isThere;

    private Watchdog(Process launcher, string what, Func<bool> isThere) => (_launcher, _what, _isThere) = (launcher, what, isThere);

    public static async Task<Watchdog> StartAsync(string folder, CancellationToken cancellationToken)
    {
        using Stream resource = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!;
        using StreamReader reader = new(resource);
        string script = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return await StartAsync(script, folder, () => Directory.Exists(folder), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>With another script, which removes what it is told in $1 when its standard input ends, from a detached shell.</summary>
    public static async Task<Watchdog> StartAsync(string script, string what, Func<bool> isThere, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = Tool.Prepare("/bin/sh", ["-c", SessionLeader, "sh", script, what], null, null);
        start.RedirectStandardInput = true;
        Process launcher = Tool.Start(start);
        await launcher.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return launcher.ExitCode == 0 ? new Watchdog(launcher, what, isThere) : throw new PostgresClusterException($"The watchdog of {what} did not start.");
    }

    /// <summary>Out of our process group, where a terminal's Ctrl-C and a runner's kill of the group would reach it; macOS has no setsid(1).</summary>
    private const string SessionLeader = """
        script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" sh "$@"; fi; exec /bin/sh -c "$script" sh "$@"
        """;

    /// <summary>Has what is watched removed and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        _launcher.StandardInput.Close();
        _launcher.Dispose();
        await Poll.UntilAsync($"removal of {_what}", _ => Task.FromResult(_isThere() ? "it is still there" : null),
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
    }
}

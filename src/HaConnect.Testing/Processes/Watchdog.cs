using System.Diagnostics;

namespace HaConnect.Testing.Processes;

/// <summary>
/// Removes a cluster's processes and folder when it is disposed, and also when this process dies before, even by kill -9:
/// a detached shell reads from a pipe whose write end only we hold (.NET opens pipes close-on-exec, so no child inherits it).
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private readonly Process _launcher;
    private readonly string _folder;

    private Watchdog(Process launcher, string folder) => (_launcher, _folder) = (launcher, folder);

    public static async Task<Watchdog> StartAsync(string folder, CancellationToken cancellationToken)
    {
        using Stream resource = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!;
        using StreamReader reader = new(resource);
        string script = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        ProcessStartInfo start = Tool.Prepare("/bin/sh", ["-c", SessionLeader, "sh", script, folder], null, null);
        start.RedirectStandardInput = true;
        Process launcher = Tool.Start(start);
        await launcher.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return launcher.ExitCode == 0 ? new Watchdog(launcher, folder) : throw new PostgresClusterException($"The watchdog of {folder} did not start.");
    }

    /// <summary>Out of our process group, where a terminal's Ctrl-C and a runner's kill of the group would reach it; macOS has no setsid(1).</summary>
    private const string SessionLeader = """
        script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" sh "$@"; fi; exec /bin/sh -c "$script" sh "$@"
        """;

    /// <summary>Has the folder and its processes removed and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        _launcher.StandardInput.Close();
        _launcher.Dispose();
        await Poll.UntilAsync($"removal of {_folder}", _ => Task.FromResult(Directory.Exists(_folder) ? "it is still there" : null),
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
    }
}

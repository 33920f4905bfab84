using System.Diagnostics;

namespace HaConnect.Operations.Processes;

/// <summary>
/// Removes a folder, and the processes that work in it, when it is disposed, and also when this process dies before, even by kill -9: a detached shell reads from a pipe
/// whose write end only this process holds (.NET opens pipes close-on-exec, so that no child inherits it).
/// </summary>
internal sealed class FolderGuard : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(20);

    // Out of the caller's process group, where a terminal's Ctrl-C would reach it; macOS has no setsid(1).
    private const string Launch = """
        script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" sh "$@"; fi; exec /bin/sh -c "$script" sh "$@"
        """;

    private readonly Process _launcher;
    private readonly string _folder;

    private FolderGuard(Process launcher, string folder) => (_launcher, _folder) = (launcher, folder);

    internal static async Task<FolderGuard> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var resource = typeof(FolderGuard).Assembly.GetManifestResourceStream("watchdog.sh")!;
        await using var ofResource = resource.ConfigureAwait(false);
        using var reader = new StreamReader(resource);
        var script = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        var start = new HostPrograms(null, null).Prepare("/bin/sh", ["-c", Launch, "sh", script, folder], null, "/"); // as the caller, who may remove whatever is in there
        start.RedirectStandardInput = true;
        var launcher = HostPrograms.Start(start);
        await launcher.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return launcher.ExitCode == 0 ? new FolderGuard(launcher, folder) : throw new InvalidOperationException($"What removes {folder} afterwards did not start.");
    }

    /// <summary>Returns when all is gone.</summary>
    /// <exception cref="IOException">It is still there after five minutes.</exception>
    public async ValueTask DisposeAsync()
    {
        _launcher.StandardInput.Close();
        _launcher.Dispose();
        var startedAt = TimeProvider.System.GetTimestamp();
        while (Directory.Exists(_folder))
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > s_patience)
                throw new IOException($"{_folder} could not be removed. End what works in it, and remove it.");
            await Task.Delay(s_turn, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }
}

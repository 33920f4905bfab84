using System.Diagnostics;
using HaConnect.Cli.Agents;
using HaConnect.Testing.Processes;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>This program as <c>haconnect agent</c>, a process of its own: a coordinator that can be lost as one is lost with its host.</summary>
internal sealed class LocalAgent : IAsyncDisposable
{
    /// <summary>Another than the usual one, so that no settings file that happens to lie here has a say.</summary>
    private const string Section = "HaConnectDrill";

    /// <summary>
    /// Ended also when this process dies, even by kill -9: a shell beside it, in its session, reads from a pipe whose write end only this process holds (.NET opens pipes close-on-exec). Its number cannot be another
    /// process's meanwhile: it is that of the session.
    /// </summary>
    private const string Guarded = """
        exec 3<&0
        ( trap '' HUP INT TERM; while read -r _ <&3; do :; done; kill -9 $$ ) </dev/null >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """;

    // Out of the terminal's process group, so that Ctrl-C reaches the drill alone, which ends it; macOS has no setsid(1).
    private const string Launch = """
        script=$1; shift; if command -v setsid >/dev/null; then exec setsid /bin/sh -c "$script" sh "$@"; fi; exec /bin/sh -c "$script" sh "$@"
        """;

    private readonly Process _process;

    private LocalAgent(Process process)
    {
        _process = process;
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    internal int ProcessId => _process.Id;

    internal bool HasEnded => _process.HasExited;

    internal static LocalAgent Start(HaDatabaseOptions options, string? auditFolder, string? networkNamespace)
    {
        string[] command =
        [
            .. networkNamespace is null ? (string[])[] : ["nsenter", $"--net={networkNamespace}", "--"],
            .. SystemdUnit.ThisProgram(), "agent", "--section", Section, .. auditFolder is null ? (string[])[] : ["--audit-folder", auditFolder],
        ];

        var start = new ProcessStartInfo("/bin/sh", ["-c", Launch, "sh", Guarded, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("NOTIFY_SOCKET");
        foreach (var (name, value) in SettingsVariables.Of(options, Section))
            start.Environment[name] = value;
        return new LocalAgent(Process.Start(start)!);
    }

    internal void Strike(LocalFault fault) => LibC.Signal(_process.Id, fault == LocalFault.Freeze ? UnixSignal.Stop : UnixSignal.Kill);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}

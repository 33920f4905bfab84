using System.Diagnostics;
using System.Globalization;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Hosting;

/// <summary>PostgreSQL's programs of this machine, as children of this process.</summary>
internal sealed class LocalHost(string binDirectory, int majorVersion, UnixUser user) : IPostgresHost
{
    // The shell becomes postgres by exec, so that postgres is our direct child and is reaped by us. It leaves the terminal's process group where
    // setsid(1) exists, for otherwise Ctrl-C would reach the servers before the test has ended. setsid forks only for a group leader, which a child of .NET is not.
    private const string Launch = """
        exec >>"$1" 2>&1 </dev/null; shift; if command -v setsid >/dev/null; then exec setsid "$@"; fi; exec "$@"
        """;

    public int MajorVersion => majorVersion;

    public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, string input, CancellationToken cancellationToken) =>
        Tool.RunAsync(Path.Combine(binDirectory, program), arguments, user.SwitchTo, environment, input, cancellationToken);

    public Task<IServerProcess> StartServerAsync(string dataDirectory, string logFile, string? networkNamespace, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string[] command = ["/bin/sh", "-c", Launch, "sh", logFile, Path.Combine(binDirectory, "postgres"), "-D", dataDirectory];
        // Only root can enter a namespace, so the user is switched behind that door; nsenter execs, so that postgres stays our direct child.
        ProcessStartInfo start = networkNamespace is null
            ? Tool.Prepare(command[0], command[1..], user.SwitchTo, environment)
            : Tool.Prepare("nsenter", [$"--net={networkNamespace}", "--setuid", Number(user.Uid), "--setgid", Number(user.Gid), "--", .. command], null, environment);
        start.WorkingDirectory = dataDirectory; // from its first moment it is found as a process of this folder
        return Task.FromResult<IServerProcess>(new LocalServerProcess(Tool.Start(start), dataDirectory));
    }

    private static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

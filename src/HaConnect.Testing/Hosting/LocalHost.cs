using System.Diagnostics;
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

    public Task<IServerProcess> StartServerAsync(string dataDirectory, string logFile, CancellationToken cancellationToken)
    {
        string[] command = ["-c", Launch, "sh", logFile, Path.Combine(binDirectory, "postgres"), "-D", dataDirectory];
        ProcessStartInfo start = Tool.Prepare("/bin/sh", command, user.SwitchTo, null);
        start.WorkingDirectory = dataDirectory; // from its first moment it is found as a process of this folder
        return Task.FromResult<IServerProcess>(new LocalServerProcess(Tool.Start(start), dataDirectory));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

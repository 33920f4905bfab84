using System.Diagnostics;
using HaConnect.Operations.Processes;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Integrity.OtherTools;

/// <summary>The programs of a tool, which work in a folder of their own: they end with it, whatever ends the test.</summary>
internal sealed class ToolProcesses : IAsyncDisposable
{
    private const string Logged = """exec >>"$1" 2>&1 </dev/null; shift; exec "$@" """;

    private readonly List<Process> _running = [];
    private readonly Watchdog _watchdog;

    private ToolProcesses(string folder, Watchdog watchdog) => (Folder, _watchdog) = (folder, watchdog);

    internal string Folder { get; }

    /// <summary>For connections that are given none.</summary>
    internal string Password { get; init; } = "";

    internal static async Task<ToolProcesses> MakeAsync(string password, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("haconnect-pg-tool-").FullName;
        var watchdog = await Watchdog.StartAsync(root, TimeSpan.FromSeconds(30), cancellationToken);
        return new ToolProcesses(Directory.CreateDirectory(Path.Combine(root, "work")).FullName, watchdog) { Password = password }; // what works below the root is found
    }

    /// <summary>Runs a program to its end.</summary>
    internal async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string input = "", CancellationToken cancellationToken = default)
    {
        var result = await Tool.RunAsync("/bin/sh", ["-c", """cd "$1" || exit 1; shift; exec "$@" """, "sh", Folder, program, .. arguments], null, Variables(), input, cancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Path.GetFileName(program)} {string.Join(' ', arguments)}: {result.Output}");
        result.ThrowIfFailed(program);
        return result.Output;
    }

    /// <summary>Starts one that goes on; what it says is in a log of the folder.</summary>
    internal void Start(string log, string program, params string[] arguments)
    {
        var start = Tool.Prepare("/bin/sh", ["-c", Logged, "sh", Path.Combine(Folder, log), program, .. arguments], null, Variables());
        start.WorkingDirectory = Folder;
        _running.Add(Tool.Start(start));
    }

    /// <summary>The end of what they said, for a test that failed.</summary>
    internal string Logs() => string.Join('\n', Directory.EnumerateFiles(Folder, "*log*").Order(StringComparer.Ordinal).Select(f => $"{f}:\n{string.Join('\n', File.ReadLines(f).TakeLast(40))}"));

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Logs());
        await _watchdog.DisposeAsync();
        foreach (var process in _running)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private Dictionary<string, string> Variables() => new(ReplicationTools.Variables) { ["HOME"] = Folder, ["PGPASSWORD"] = Password };
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HaConnect.ClusterTests.Cli;

/// <summary><c>watch</c> as a process of its own, through a switchover: into a pipe, and on a terminal.</summary>
public sealed partial class WatchTests : ClusterTest
{
    private const string CtrlC = "\u0003";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-watch-");

    [Fact]
    public async Task Watch_IntoAPipe_WritesALineForEachEvent()
    {
        var (application, settings) = await StartAsync();
        await using var ofApplication = application;
        var lines = new ConcurrentQueue<string>();
        using var watch = Start(ToolProcess.Command[0], [.. ToolProcess.Command.Skip(1), "watch", "-o", "json", "--config", settings.FullName]);
        watch.OutputDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        watch.BeginOutputReadLine();
        try
        {
            await UntilAsync("it has begun", () => Task.FromResult(!lines.IsEmpty));
            Assert.True((await application.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled)).Succeeded);
            await UntilAsync("it tells of it", () => Task.FromResult(lines.Any(l => l.Contains("n2 is the primary", StringComparison.Ordinal))));
        }
        finally
        {
            watch.Kill();
            await watch.WaitForExitAsync(Cancelled);
        }

        var events = lines.Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(events, e => Assert.Equal(1, e.GetProperty("schemaVersion").GetInt32()));
        Assert.StartsWith("n1 is the primary", events[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, events.First(e => e.GetProperty("text").GetString()!.StartsWith("n2 is the primary", StringComparison.Ordinal)).GetProperty("term").GetInt64());
    }

    /// <summary>The terminal is a real one, made by script(1); Ctrl-C is a key that is pressed there. Tests that run in a shell's background have inherited that it is ignored.</summary>
    [Fact]
    public async Task Watch_OnATerminal_DrawsTheTableAnewAndEndsByCtrlC()
    {
        var (application, settings) = await StartAsync();
        await using var ofApplication = application;
        using var watch = Start("script", ["-qefc", $"stty cols 200 rows 50; exec env --default-signal=INT {string.Join(' ', ToolProcess.Command)} watch --config {settings.FullName}", "/dev/null"]);
        var screen = new ScreenReader(watch.StandardOutput);
        try
        {
            await UntilAsync("the table is drawn", () => Task.FromResult(screen.Text.Contains("every node is well", StringComparison.Ordinal)));
            Assert.True((await application.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled)).Succeeded);
            await UntilAsync("the event is shown", () => Task.FromResult(screen.Text.Contains("n2 is the primary", StringComparison.Ordinal)));
            await watch.StandardInput.WriteAsync(CtrlC);
            await watch.StandardInput.FlushAsync(Cancelled);
            await UntilAsync("it has ended", () => Task.FromResult(watch.HasExited));
        }
        finally
        {
            if (!watch.HasExited)
                watch.Kill(entireProcessTree: true);
        }

        Assert.Equal(0, watch.ExitCode);
        Assert.Contains('\u001b', screen.Raw); // drawn over what was there before
        Assert.Matches("n1 +127.0.0.1:[0-9]+ +primary +reachable", screen.Text);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<(HaDataSource Application, FileInfo Settings)> StartAsync()
    {
        var cluster = await StartClusterAsync();
        var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);
        return (application, ToolRun.SettingsOf(cluster, _folder));
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        return Process.Start(start)!;
    }

    private sealed partial class ScreenReader
    {
        private readonly ConcurrentQueue<string> _chunks = new();

        internal ScreenReader(StreamReader terminal) => _ = Task.Run(async () =>
        {
            var buffer = new char[4096];
            while (await terminal.ReadAsync(buffer) is > 0 and var count)
                _chunks.Enqueue(new string(buffer, 0, count));
        });

        internal string Raw => string.Concat(_chunks);

        /// <summary>Without what moves the cursor and colours.</summary>
        internal string Text => Escapes().Replace(Raw, "");

        [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]", RegexOptions.None, 1000)]
        private static partial Regex Escapes();
    }
}

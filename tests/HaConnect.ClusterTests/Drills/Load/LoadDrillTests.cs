using System.Net;
using System.Text;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Load;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Drills.Load;

/// <summary>Load drills on real servers, short ones: that they measure what they say, and that they fail where they must.</summary>
public sealed class LoadDrillTests : ClusterTest
{
    [Fact]
    public async Task Run_SmallPeak_IsMeasuredJudgedAndLeavesNothingBehind()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["track_io_timing"] = "on" } });
        using var exporter = new TextServer(Metrics(1), Metrics(2), Metrics(3), Metrics(4));
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        var options = new LoadDrillOptions { Peak = new LoadRate(20, IsWal: false), Steps = 2, StepDuration = TimeSpan.FromSeconds(4), Writers = 4, Exporters = new Dictionary<string, Uri> { ["n1"] = exporter.Address } };
        var told = new List<string>();
        var report = await LoadDrill.RunAsync(db, options, isLocal: false, told.Add, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', told) + "\n" + LoadJsonDocument.Of(report).Write());

        // Whether a machine that has other work reaches even this is not what is tested; that the verdict is of what was measured, is.
        Assert.Equal(LoadVerdict.Of(report.Steps, options, null), (report.Passed, report.Sentence));
        Assert.Equal(((double[])[10, 20]).Take(report.Passed ? 2 : report.Steps.Count), report.Steps.Select(s => s.Target.PerSecond));
        Assert.NotEmpty(report.Steps);
        Assert.All(report.Steps, s =>
        {
            Assert.True(s.WritesPerSecond <= s.Target.PerSecond, $"{s.WritesPerSecond} writes/s"); // not more than was asked for
            Assert.Equal(["n2", "n3"], s.Lags.Select(l => l.Node));
            Assert.True(s.WalPerSecond > 256 * s.WritesPerSecond, $"{s.WalPerSecond} B/s of WAL");
            Assert.True(s.Median > TimeSpan.Zero && s.P99 >= s.Median);
            var (first, second) = (s.Nodes.Single(n => n.Node == "n1"), s.Nodes.Single(n => n.Node == "n2"));
            Assert.Equal((0.5, 0.25), (first.Cpu!.Value, first.IoWait!.Value)); // by the exporter's text
            Assert.Equal((true, true), (first.ServerIoWait is not null, first.DatabaseBytes > 0));
            Assert.Equal((null, true), (second.Cpu, second.WhyNot!.Contains("no exporter is configured", StringComparison.Ordinal)));
            Assert.True(second.WalPerSecond > 0);
        });
        Assert.NotNull(report.CaughtUp);
        Assert.Empty(report.Problems);
        Assert.True(await cluster["n1"].ScalarAsync<bool>("SELECT to_regclass('haconnect_load_drill') IS NULL", Cancelled));
    }

    [Fact]
    public async Task Run_PeakOfWalAndAStandbyThatReplaysLate_ShowsItsLagAndCanBeCalledOff()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("every standby proven", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Role == NodeRole.Primary || n.Lag is not null)));
        await cluster["n3"].SetReplayDelayAsync(TimeSpan.FromSeconds(30), Cancelled);
        var options = new LoadDrillOptions { Peak = new LoadRate(2 << 20, IsWal: true), Steps = 1, StepDuration = TimeSpan.FromSeconds(6), Writers = 4, MaxLag = TimeSpan.FromSeconds(4) };

        // Nobody waits here until the late one has caught up: that is called off, and the table is dropped all the same.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var told = new List<string>();
        var running = LoadDrill.RunAsync(db, options, isLocal: false, line =>
        {
            told.Add(line);
            if (line.StartsWith("  ", StringComparison.Ordinal))
                limit.Cancel();
        }, limit.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', told));
        Assert.Matches("n3 up to ([5-9]|[1-3][0-9])[.][0-9]+ s behind", told[^1]);
        Assert.Contains("MB/s of WAL, commit", told[^1], StringComparison.Ordinal);
        Assert.True(await cluster["n1"].ScalarAsync<bool>("SELECT to_regclass('haconnect_load_drill') IS NULL", Cancelled));
    }

    [Fact]
    public async Task Run_TableThatIsNotTheDrills_IsLeftAlone()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await db.ExecuteAsync(async (connection, token) =>
        {
            await using var command = new Npgsql.NpgsqlCommand("CREATE TABLE haconnect_load_drill (mine text)", connection);
            await command.ExecuteNonQueryAsync(token);
        }, WorkKind.IdempotentWrite, Cancelled);
        var options = new LoadDrillOptions { Peak = new LoadRate(10, IsWal: false) };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => LoadDrill.RunAsync(db, options, isLocal: false, _ => { }, Cancelled));
        Assert.Contains("haconnect_load_drill that no load drill has made", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await db.ExecuteAsync(async (connection, token) =>
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT attname FROM pg_attribute WHERE attrelid = 'haconnect_load_drill'::regclass AND attnum = 1", connection);
            return (string?)await command.ExecuteScalarAsync(token);
        }, WorkKind.IdempotentWrite, Cancelled));
    }

    [Fact]
    public async Task Command_Local_ReportsAndRecordsIt()
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-load-");
        try
        {
            var (reports, trail) = (Path.Combine(folder.FullName, "drills"), Path.Combine(folder.FullName, "trail"));
            var run = await RunAsync("--local", "--standbys", "1", "--peak", "10", "--steps", "1", "--step-seconds", "4", "--writers", "4", "--report", reports, "--audit-folder", trail);
            Assert.Equal([".html", ".json", ".md"], Directory.GetFiles(reports, "drill-load-*").Select(Path.GetExtension).Order(StringComparer.Ordinal));
            Assert.Contains("<polyline", await File.ReadAllTextAsync(Directory.GetFiles(reports, "*.html").Single(), Cancelled), StringComparison.Ordinal);
            var outcome = Assert.Single(DrillHistory.ReadFolders([trail]).Drills);
            Assert.Equal((DrillKind.Load, true), (outcome.Kind, outcome.IsLocal));
            Assert.True(run.Code == (outcome.Passed ? 0 : 1), run.ToString());
            Assert.Contains(outcome.Passed ? "**Passed: at 10 writes/s, the peak, no standby was more than" : "**Failed: ", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static HaDatabaseOptions Options(PostgresCluster cluster)
    {
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.Mode = FailoverMode.Observe;
        return options;
    }

    /// <summary>Two seconds of two processors, half of them idle or waiting, a quarter waiting.</summary>
    private static string Metrics(int time) => FormattableString.Invariant($$"""
        node_cpu_seconds_total{cpu="0",mode="idle"} {{time}}
        node_cpu_seconds_total{cpu="0",mode="iowait"} {{time}}
        node_cpu_seconds_total{cpu="0",mode="user"} {{2 * time}}

        """);

    private static async Task<ToolRun> RunAsync(params string[] options)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await HaConnect.Cli.Tool.RunAsync(["drill", "load", .. options], HaConnect.Cli.Output.Terminal.To(output, error), Cancelled);
        return new ToolRun(code, output.ToString(), error.ToString(), TimeSpan.Zero);
    }

    /// <summary>Serves one text after the other, the last for ever.</summary>
    private sealed class TextServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        internal TextServer(params string[] texts)
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/metrics/");
            }

            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _ = Task.Run(() => ServeAsync(texts));
        }

        internal Uri Address { get; }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync(string[] texts)
        {
            for (var i = 0; ; i++)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(texts[Math.Min(i, texts.Length - 1)]));
                context.Response.Close();
            }
        }
    }
}

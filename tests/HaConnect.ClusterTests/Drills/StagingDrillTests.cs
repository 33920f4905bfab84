using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Drills;

/// <summary>Drills on a cluster that runs elsewhere, is coordinated by an application, and is broken and mended by commands: here the test's own hands.</summary>
public sealed class StagingDrillTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-staging-");
    private readonly Hands _hands = new();

    [Fact]
    public async Task Drill_WhatMayNotBeBroken_IsRefused_AndASpoiledRowIsFound()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        await SpoilAsync(cluster, "n3");
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);
        var (fault, restore) = (_hands.For("fault", _ => throw new InvalidOperationException("nothing may be broken")), _hands.For("restore", node => cluster.RejoinAsync(cluster[node], Cancelled)));
        string[] allowed = ["--cluster", "main", "--environment", "staging", "--fault-command", fault, "--restore-command", restore];

        await RefusedAsync("The confirmation is another, but these settings are of the cluster main.", settings, ["--cluster", "another", .. allowed[2..]]);
        await RefusedAsync("Nobody says what main is for.", settings, ["--cluster", "main", .. allowed[4..]]);
        var production = new FileInfo(Path.Combine(_folder.FullName, "production.json"));
        await File.WriteAllTextAsync(production.FullName, (await File.ReadAllTextAsync(settings.FullName, Cancelled)).Replace("\"HaDatabase\":{", "\"HaDatabase\":{\"Environment\":\"Production\",", StringComparison.Ordinal), Cancelled);
        await RefusedAsync("The settings say of main: Environment = Production.", production, allowed);
        await RefusedAsync("--restore-command is missing", settings, allowed[..6]);

        await application.Cluster.PauseFailoverAsync("work on the network", Cancelled);
        await RefusedAsync("Nobody would fail over now: ", settings, allowed);
        await application.Cluster.ResumeFailoverAsync(Cancelled);

        await CopyTrailAsync(cluster, await TrailOfAsync(cluster, "Production"));
        await RefusedAsync("The audit trail on the cluster says that it is in production: ", settings, allowed);
        await cluster["n1"].ExecuteAsync("DROP SCHEMA haconnect_audit CASCADE", Cancelled);

        await cluster["n2"].StopAsync(cancellationToken: Cancelled);
        await RefusedAsync("The cluster is not whole, and a drill would make it worse: n2", settings, allowed);
        await cluster["n2"].StartAsync(Cancelled);
        await UntilAsync("n2 follows", () => Task.FromResult(application.Snapshot["n2"]!.Lag is not null));
        Assert.Empty(_hands.Done);

        // Rows that a standby does not hold as the primary does are found, and named; all else goes well.
        var run = await DrillAsync(settings, ["switchover", "--seconds", "6", .. allowed[..4], .. allowed[6..]]);
        Assert.True(run.Code == 1, run.ToString());
        var json = await ReportAsync("switchover");
        Assert.False(json.GetProperty("passed").GetBoolean());
        var problem = Assert.Single(json.GetProperty("problems").EnumerateArray()).GetString()!;
        Assert.StartsWith("n3 is not equal to n1: public.original", problem, StringComparison.Ordinal);
        Assert.Equal(1, json.GetProperty("integrity").GetProperty("differentRows").GetInt64());
        Assert.True(json.GetProperty("isInFirstShape").GetBoolean(), run.ToString());
        Assert.Equal("n1", application.Snapshot.Primary!.Name);
        Assert.Equal(["restore n1", "restore n2"], _hands.Done);
        await RequireNoTableAsync(cluster);
    }

    [Fact]
    public async Task Failover_WithAsynchronousReplication_CountsAndNamesWhatIsLost()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0);
        await using var application = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(application);
        var drill = Options("main");
        drill.FaultCommand = _hands.For("fault", async node =>
        {
            foreach (var standby in cluster.Nodes.Where(n => n.Name != node))
                await standby.BlockReplicationAsync(Cancelled);
            var before = await cluster[node].ScalarAsync<long>("SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::int8", Cancelled);
            await UntilAsync("writes that nobody else has", async () => await cluster[node].ScalarAsync<long>("SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::int8", Cancelled) > before + 20_000);
            await cluster[node].KillAsync(Cancelled);
            foreach (var standby in cluster.Nodes.Where(n => n.Name != node))
                await standby.UnblockReplicationAsync(Cancelled);
        });
        drill.RestoreCommand = _hands.For("restore", node => cluster.RejoinAsync(cluster[node], Cancelled));
        var audit = new RecordingAuditSink();
        drill.Audit = audit;

        var report = await Drill.RunAsync(ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0), drill, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        var lost = report.Outcome.LostWrites!.Value;
        Assert.True(lost > 0);
        Assert.False(report.Passed);
        Assert.Equal([FormattableString.Invariant($"{lost:N0} acked writes are lost; the target is none.")], report.Problems);
        var named = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("lostKeys").EnumerateArray().Select(k => k.GetString()).ToList();
        Assert.Equal(Math.Min(20, lost), named.Count);
        Assert.All(named, k => Assert.Matches("^[0-3]/[0-9]+$", k));
        var outcome = audit.Records.Select(DrillOutcome.Of).OfType<DrillOutcome>().Single();
        Assert.Equal((DrillKind.Failover, false, lost), (outcome.Kind, outcome.Passed, outcome.LostWrites!.Value));
        Assert.Contains(report.Findings.Timeline, e => e.Label == "detected" && e.SecondsAfterFault > 0); // as another instance has recorded it on the cluster
    }

    [Fact]
    public async Task Cancelled_AfterTheFault_BringsTheClusterBack_AndSaysHowItIsLeft()
    {
        var cluster = await StartClusterAsync();
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var drill = Options("main");
        drill.Command = "sleep 600";
        drill.FaultCommand = _hands.For("fault", node => cluster[node].KillAsync(Cancelled));
        drill.RestoreCommand = _hands.For("restore", node => cluster.RejoinAsync(cluster[node], Cancelled));
        drill.Progress = new Struck(() => interrupt.CancelAsync());
        drill.Duration = TimeSpan.FromSeconds(9);
        var audit = new RecordingAuditSink();
        drill.Audit = audit;

        var interrupted = await Assert.ThrowsAsync<DrillInterruptedException>(() => Drill.RunAsync(ClusterOptions.Coordinate(cluster), drill, interrupt.Token));
        Assert.StartsWith("The drill was called off. The cluster is whole, and n", interrupted.Message, StringComparison.Ordinal);
        Assert.Equal(["fault n1", "restore n1"], _hands.Done);
        var outcome = Assert.Single(audit.Records.Select(DrillOutcome.Of).OfType<DrillOutcome>()); // what was struck is on record
        Assert.Equal((DrillKind.Failover, false, "main", "n1", $"Failed: {interrupted.Message}"), (outcome.Kind, outcome.Passed, outcome.Cluster, outcome.Node, outcome.Sentence));
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        Assert.NotEqual("n1", (await cluster.GetPrimaryAsync(Cancelled)).Name);
        await RequireNoTableAsync(cluster);
    }

    public override async ValueTask DisposeAsync()
    {
        await _hands.DisposeAsync();
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static DrillOptions Options(string cluster) => new() { Cluster = cluster, Environment = "test", Duration = TimeSpan.FromSeconds(6) };

    private async Task RefusedAsync(string beginning, FileInfo settings, string[] arguments)
    {
        var run = await DrillAsync(settings, arguments);
        Assert.True(run.Code == 1 && run.Error.StartsWith(beginning, StringComparison.Ordinal), run.ToString());
    }

    private Task<ToolRun> DrillAsync(FileInfo settings, string[] arguments) => ToolRun.InProcessAsync(settings, ["drill", .. arguments, "--report", Path.Combine(_folder.FullName, "drills")]);

    private async Task<JsonElement> ReportAsync(string kind) =>
        JsonDocument.Parse(await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(_folder.FullName, "drills"), $"drill-{kind}-*.json").Single(), Cancelled)).RootElement;

    /// <summary>A row that is another one at a standby: a byte of its data file is changed while it is stopped.</summary>
    private static async Task SpoilAsync(PostgresCluster cluster, string standby)
    {
        await using (var connection = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"])))
        {
            await using var command = connection.CreateCommand("CREATE TABLE original (id int PRIMARY KEY, word text); INSERT INTO original SELECT n, 'untouched-' || n FROM generate_series(1, 5) n");
            await command.ExecuteNonQueryAsync(Cancelled);

            // Else the first read at the primary would set hint bits, which write the page anew at the standbys (wal_log_hints).
            await using var vacuum = connection.CreateCommand("VACUUM (FREEZE) original");
            await vacuum.ExecuteNonQueryAsync(Cancelled);
        }

        await cluster["n1"].ExecuteAsync("CHECKPOINT", Cancelled);
        await using var direct = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster[standby]) + ";Pooling=false"); // it is restarted meanwhile
        // With the checkpoint replayed, its next start replays nothing that would write the page anew.
        var upTo = await cluster["n1"].ScalarAsync<string>("SELECT pg_catalog.pg_current_wal_insert_lsn()::text", Cancelled);
        await UntilAsync("all is replayed", () => cluster[standby].ScalarAsync<bool>($"SELECT pg_catalog.pg_last_wal_replay_lsn() >= '{upTo}'", Cancelled));
        await using var where = direct.CreateCommand("SELECT pg_catalog.pg_relation_filepath('original')");
        var file = Path.Combine(cluster[standby].DataDirectory, (string)(await where.ExecuteScalarAsync(Cancelled))!);
        await cluster[standby].StopAsync(cancellationToken: Cancelled);
        var bytes = await File.ReadAllBytesAsync(file, Cancelled);
        var at = bytes.AsSpan().IndexOf("untouched-3"u8);
        Assert.True(at > 0, "the row is in its file");
        await using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write))
        {
            stream.Position = at;
            stream.Write("t"u8);
            stream.Write("0"u8);
        }

        await cluster[standby].StartAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await using var spoiled = direct.CreateCommand("SELECT word FROM original WHERE id = 3");
        Assert.Equal("t0touched-3", await spoiled.ExecuteScalarAsync(Cancelled));
    }

    /// <summary>The trail of an instance that was started, and has said what the cluster is for.</summary>
    private async Task<string> TrailOfAsync(PostgresCluster cluster, string environment)
    {
        await using var trail = AuditFile.Open(Path.Combine(_folder.FullName, "trail"));
        var options = ClusterOptions.Observe(cluster);
        options.Environment = environment;
        await using var instance = new HaDataSourceBuilder(options).AddAuditSink(trail).Build(); // closed first, when all is written
        await (await instance.OpenConnectionAsync(Cancelled)).DisposeAsync();
        return trail.Folder;
    }

    /// <summary>As AddAuditTable copies it.</summary>
    private static async Task CopyTrailAsync(PostgresCluster cluster, string folder)
    {
        var entry = AuditReader.ReadFolder(folder).First(e => e.Record.Step == "Options");
        await cluster["n1"].ExecuteAsync("CREATE SCHEMA haconnect_audit", Cancelled);
        await cluster["n1"].ExecuteAsync("CREATE TABLE haconnect_audit.trail (chain text, seq bigint, at timestamptz, cluster text, coordinator text, term bigint, kind text, step text, node text, sentence text, line text)", Cancelled);
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(cluster["n1"]));
        await using var insert = source.CreateCommand("INSERT INTO haconnect_audit.trail (at, cluster, coordinator, step, line) VALUES ($1, $2, $3, $4, $5)");
        foreach (object value in (object[])[entry.Record.At.UtcDateTime, entry.Record.Cluster, entry.Record.Coordinator, entry.Record.Step, entry.Json])
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        await insert.ExecuteNonQueryAsync(Cancelled);
        await cluster["n1"].ExecuteAsync("GRANT USAGE ON SCHEMA haconnect_audit TO haconnect_control; GRANT SELECT ON haconnect_audit.trail TO haconnect_control", Cancelled);
    }

    private static async Task RequireNoTableAsync(PostgresCluster cluster)
    {
        await using var source = NpgsqlDataSource.Create(cluster.NodeConnectionString(await cluster.GetPrimaryAsync(Cancelled)));
        await using var command = source.CreateCommand("SELECT pg_catalog.to_regnamespace('haconnect_drill') IS NULL");
        Assert.True((bool)(await command.ExecuteScalarAsync(Cancelled))!);
    }

    /// <summary>Calls the drill off once the primary is lost.</summary>
    private sealed class Struck(Func<Task> act) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains("is the primary of term 2", StringComparison.Ordinal) || value.Contains(" first write ", StringComparison.Ordinal))
                _ = act();
        }
    }
}

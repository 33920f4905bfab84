using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>
/// Reads at a bound of 1 s, through HaConnect and through Npgsql's PreferStandby beside it, while a standby replays late, stands still, is cut off, and the
/// primary is killed. Judged from what independent sessions were told. Short here; at full length by <c>eng/reads.sh</c>.
/// </summary>
public sealed class ReadSeriesTests : ClusterTest
{
    private const double LeastShare = 0.9;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastDuration = 4 * Bound; // of a phase: nothing can be staler than the phase is old
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly string[] Phases = ["normal", "replay late", "replay paused", "cut off", "failover"];

    [Fact]
    public async Task LateAndPausedReplayACutAndAFailover_NoReadIsStalerThanItsBoundAndFreshStandbysServe()
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3 });
        var options = ClusterOptions.Coordinate(cluster);
        options.ConnectionString += ";Max Auto Prepare=4;Auto Prepare Min Usages=2";
        options.Routing.MaxReplicaLag = Bound;
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await using (var tables = db.CreateCommand(ReadSql.Tables))
            await tables.ExecuteNonQueryAsync(Cancelled);
        foreach (var node in cluster.Nodes)
            await UntilAsync($"the tables at {node.Name}", () => HasTablesAsync(cluster, node));

        await using var series = new ReadSeries(cluster, db, HistoryFolder(cluster));
        series.Begin("normal");
        series.Start();
        await ReadAsync(series, 1);

        series.Begin("replay late");
        await cluster["n4"].SetReplayDelayAsync(Late, Cancelled);
        await ReadAsync(series, 2);
        await cluster["n4"].SetReplayDelayAsync(TimeSpan.Zero, Cancelled);

        series.Begin("replay paused");
        await cluster["n3"].ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await ReadAsync(series, 3);
        await cluster["n3"].ExecuteAsync("SELECT pg_wal_replay_resume()", Cancelled);

        series.Begin("cut off");
        await cluster["n2"].BlockReplicationAsync(Cancelled);
        await ReadAsync(series, 4);
        await cluster["n2"].UnblockReplicationAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);

        // One standby is late here, too: the new primary may be any of them.
        await cluster["n4"].SetReplayDelayAsync(Late, Cancelled);
        series.Begin("failover");
        await cluster["n1"].KillAsync(Cancelled);
        await ReadAsync(series, 5);

        var judgement = await series.JudgeAsync(Bound);
        ReadTable.Save(judgement, TimeProvider.System.GetElapsedTime(startedAt));
        AssertKept(judgement);
        Assert.True(db.Snapshot is { Term: >= 2, Primary.Name: not "n1" }, "there was no failover: the test shows little"); // leaving out the one that was cut off was a term of its own
    }

    private static void AssertKept(SessionJudgement judgement)
    {
        Assert.Empty(judgement.Problems);
        Assert.Empty(judgement.LostTicks);
        var (bounded, causal, control, controlCausal) = (judgement.Of(ReadSeries.Bounded), judgement.Of(ReadSeries.Causal), judgement.Of(ReadSeries.Control), judgement.Of(ReadSeries.ControlCausal));
        Assert.True(bounded.Reads >= ReadTable.Reads, $"only {bounded.Reads} reads");
        Assert.Equal((0, 0), (bounded.Stale, causal.Stale));
        Assert.Equal((0, 0), (causal.OwnWriteMissed, causal.WentBack));
        Assert.Equal(Phases, judgement.Tallies.Where(t => t.Group == ReadSeries.Bounded).Select(t => t.Phase));
        Assert.All(judgement.Tallies.Where(t => t.Group == ReadSeries.Bounded), t => Assert.True(t.FreshStandbyShare >= LeastShare, $"{t.Phase}: fresh standbys served {t.FreshStandbyShare:P1}"));

        // Else there was nothing to be kept.
        Assert.All(judgement.Tallies.Where(t => t.Group == ReadSeries.Control && t.Phase is "replay late" or "replay paused" or "cut off"), t => Assert.True(t.Stale > 0, $"{t.Phase}: no stale read without a bound"));
        Assert.True(control.Stale > 0 && controlCausal is { OwnWriteMissed: > 0, WentBack: > 0 }, "nothing is missed without HaConnect: the test shows little");
    }

    /// <summary>So many fifths of the reads, for a while at least.</summary>
    private static async Task ReadAsync(ReadSeries series, int fifths)
    {
        var since = TimeProvider.System.GetTimestamp();
        await UntilAsync($"{fifths} fifths of the reads", () => Task.FromResult(series.BoundedReads >= (long)ReadTable.Reads * fifths / Phases.Length && TimeProvider.System.GetElapsedTime(since) >= LeastDuration), Patience);
    }

    private static string HistoryFolder(PostgresCluster cluster) =>
        Directory.CreateDirectory(Path.Combine(ReadTable.Results ?? Path.GetDirectoryName(cluster.Nodes[0].DataDirectory)!, "history")).FullName;

    private static async Task<bool> HasTablesAsync(PostgresCluster cluster, PostgresNode node)
    {
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(node) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand("SELECT to_regclass('marks') IS NOT NULL", connection);
        return (bool)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}

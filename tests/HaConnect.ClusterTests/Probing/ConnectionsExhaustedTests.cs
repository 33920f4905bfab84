using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Probing;

/// <summary>Somebody else takes every connection of the primary: SQLSTATE 53300 is proof of life.</summary>
public sealed class ConnectionsExhaustedTests : ClusterTest
{
    private static readonly TimeSpan s_exhaustedFor = TimeSpan.FromSeconds(6);
    private readonly List<NpgsqlConnection> _idle = [];

    [Fact]
    public async Task NoConnectionLeftAtThePrimary_NoFailoverAndWritersWriteOnThoughTheCoordinatorIsReplaced()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["max_connections"] = "40" } });
        var sink = new RecordingAuditSink();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(sink).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("term 1", () => Task.FromResult(db.Snapshot is { Term: 1, Primary: not null }));
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));

        await ExhaustAsync(cluster);
        var since = TimeProvider.System.GetTimestamp();
        // The coordinator hands over and a new instance takes its place, which cannot get a session with the primary.
        await db.HandOverAsync();
        await ExhaustAsync(cluster); // its lock session has left a place
        var successors = new RecordingAuditSink();
        await using var successor = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(successors).Build();
        successor.Start();
        await UntilAsync("a new coordinator", () => Task.FromResult(successors.Records.Any(r => r.Sentence.StartsWith("elected:", StringComparison.Ordinal))));
        await UntilAsync("some seconds without a connection", () => Task.FromResult(TimeProvider.System.GetElapsedTime(since) > s_exhaustedFor));

        var gap = workload.LongestGapSince(since).Gap;
        Assert.Equal(PostgresErrorCodes.TooManyConnections, (await Assert.ThrowsAsync<PostgresException>(() => OpenIdleAsync(cluster))).SqlState);
        Assert.Equal(("n1", 1L), (db.Snapshot.Primary?.Name, db.Snapshot.Term));
        Assert.Equal(NodeReachability.Suspect, successor.Snapshot["n1"]!.Reachability);
        Assert.Contains("53300", successor.Snapshot["n1"]!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(sink.Records.Concat(successors.Records), r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
        Assert.True(gap < TimeSpan.FromSeconds(1), $"no write was acked for {gap.TotalSeconds:0.00} s");
        Assert.Empty(workload.Failed);

        // With room again everybody is back.
        await ReleaseAsync();
        await UntilAsync("the successor sees the primary", () => Task.FromResult(successor.Snapshot is { Primary.Name: "n1", Term: 1 }));
        await workload.StopAsync();
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster["n1"])));
    }

    public override async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        await base.DisposeAsync();
    }

    private async Task ExhaustAsync(PostgresCluster cluster)
    {
        try
        {
            while (_idle.Count < 100)
                await OpenIdleAsync(cluster);
            Assert.Fail("the primary has no limit");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // As intended.
        }
    }

    private async Task OpenIdleAsync(PostgresCluster cluster)
    {
        var connection = new NpgsqlConnection(cluster.NodeConnectionString(cluster["n1"]) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        _idle.Add(connection);
    }

    private async Task ReleaseAsync()
    {
        foreach (var connection in _idle)
            await connection.DisposeAsync();
        _idle.Clear();
    }
}

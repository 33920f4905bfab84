using HaConnect.Failover;
using HaConnect.Options;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>A standby that streams from another standby.</summary>
public sealed class CascadeTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();

    [Fact]
    public async Task PrimaryKilled_CascadedStandbyFollowsTheSuccessorDirectly()
    {
        var (cluster, db) = await StartCascadeAsync();
        await using var _ = db;
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary.Name: "n2" or "n3" }));
        await UntilFollowsAsync(cluster, db, db.Snapshot.Primary!.Name);
    }

    [Fact]
    public async Task UpstreamStandbyKilled_CascadedStandbyIsPointedToThePrimaryAndNobodyIsPromoted()
    {
        var (cluster, db) = await StartCascadeAsync();
        await using var _ = db;
        await cluster["n2"].KillAsync(Cancelled);
        await UntilFollowsAsync(cluster, db, "n1");
        Assert.Equal("n1", db.Snapshot.Primary!.Name);
    }

    [Fact]
    public async Task SwitchoverToTheUpstream_CascadedStandbyGoesOn()
    {
        var (cluster, db) = await StartCascadeAsync();
        await using var _ = db;
        var result = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.True(result.Succeeded, result.Reason);
        await UntilFollowsAsync(cluster, db, "n2");
    }

    /// <summary>n1, the synchronous standbys n2 and n3, and n4, which streams from n2.</summary>
    private async Task<(PostgresCluster Cluster, HaDataSource Db)> StartCascadeAsync()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3 });
        var options = ClusterOptions.Coordinate(cluster);
        options.Nodes[3].Synchronous = false;
        var conninfo = new ConninfoBuilder(options.Failover.Replication, ConfiguredNode.DataNodesOf(options)).Build("n4", "n2");
        await cluster["n4"].ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = {ControlSql.Literal(conninfo)}", Cancelled);
        await cluster["n4"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await cluster["n1"].ExecuteAsync("""ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ("n2","n3")'""", Cancelled);
        await cluster["n1"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await UntilAsync("n4 streams from n2", async () => await cluster["n2"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'n4' AND state = 'streaming'", Cancelled) == 1
            && await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication", Cancelled) == 2);
        var db = BuildAudited(options, _audit);
        await UntilManagedAsync(db);
        Assert.Equal($"{cluster["n2"].Host}:{cluster["n2"].Port}", db.Snapshot["n4"]!.Upstream);
        return (cluster, db);
    }

    /// <summary>It streams from there, replays what is written, and its reads are proven fresh.</summary>
    private static async Task UntilFollowsAsync(PostgresCluster cluster, HaDataSource db, string primary)
    {
        await UntilAsync($"n4 streams from {primary}", async () => await cluster[primary].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'n4' AND state = 'streaming'", Cancelled) == 1);
        await using (var command = db.CreateCommand("CREATE TABLE seen (id int)"))
            await command.ExecuteNonQueryAsync(Cancelled);
        var written = await cluster[primary].ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", Cancelled);
        await UntilAsync("n4 has what was written since", async () => await cluster["n4"].ScalarAsync<bool>($"SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= '{written}'", Cancelled) && db.Snapshot["n4"] is { Lag: not null, Role: NodeRole.Standby } n4 && n4.Upstream == $"{cluster[primary].Host}:{cluster[primary].Port}");
    }
}

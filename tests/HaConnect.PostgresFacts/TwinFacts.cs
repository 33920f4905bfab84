using HaConnect.Testing;

namespace HaConnect.PostgresFacts;

/// <summary>Two that look like one: why a timeline number is no token, and why a quorum of two proves one standby only.</summary>
public sealed class TwinFacts
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Two nodes promoted from one parent take the same timeline number: the term, never the timeline, says who is primary (PrimarySelection).</summary>
    [Fact]
    public async Task Promote_TwoSiblings_TakeTheSameTimelineNumber()
    {
        await using var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { SynchronousStandbys = 0 }, Cancelled);

        var timelines = await Task.WhenAll(PromoteAsync(cluster, "n2"), PromoteAsync(cluster, "n3"));

        Assert.Equal(["00000002", "00000002"], timelines);
        Assert.Equal(await SystemIdentifierAsync(cluster, "n2"), await SystemIdentifierAsync(cluster, "n3"));
    }

    /// <summary>
    /// A quorum counts connections, not standbys: two of one name, such as a standby's new one beside its old one whose end the primary has
    /// not noticed yet, count twice (Quorum.Proven).
    /// </summary>
    [Fact]
    public async Task Commit_TwoConnectionsOfOneName_CountTwice()
    {
        await using var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { SynchronousStandbys = 0 }, Cancelled);
        var conninfo = await cluster["n3"].ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled);
        await cluster["n3"].ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{conninfo} application_name=n2'", Cancelled);
        await cluster["n3"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await Until.TrueAsync("two connections of n2", async () =>
            await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'n2' AND state = 'streaming'", Cancelled) == 2);

        await cluster["n1"].ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'ANY 2 (n2, n3)'", Cancelled);
        await cluster["n1"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await Until.TrueAsync("the names", async () => await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'", Cancelled) == 2);
        await cluster["n1"].ExecuteAsync("CREATE TABLE acked_by_one_name ()", Cancelled).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);
    }

    private static async Task<string?> PromoteAsync(PostgresCluster cluster, string node)
    {
        await using var session = await cluster.OpenAsync(node, cluster.Control);
        await session.CutOffAsync();
        await session.ExecuteAsync("SELECT pg_promote(false)");
        await Until.TrueAsync($"the promotion of {node}", async () =>
        {
            await session.ExecuteAsync("SELECT pg_reload_conf()");
            return !await session.ScalarAsync<bool>("SELECT pg_is_in_recovery()");
        });
        return await session.ScalarAsync<string>("SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)");
    }

    private static Task<string?> SystemIdentifierAsync(PostgresCluster cluster, string node) =>
        cluster[node].ScalarAsync<string>("SELECT system_identifier::text FROM pg_control_system()", Cancelled);
}

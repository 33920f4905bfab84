using HaConnect.Testing;

namespace HaConnect.PostgresFacts;

/// <summary>Why a timeline number is no token.</summary>
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

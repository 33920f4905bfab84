using HaConnect.Testing;

namespace HaConnect.ClusterTests.Testing;

/// <summary>Bringing back a node whose history has left the primary's.</summary>
public sealed class RejoinTests : ClusterTest
{
    private static readonly PostgresClusterOptions Asynchronous = new() { SynchronousStandbys = 0 };

    [Fact]
    public async Task RejoinAsync_OldPrimaryAfterPromotion_RewindsAndFollowsInItsOwnName()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        int port = cluster["n1"].Port;
        await PromoteAsync(cluster["n2"]);
        await cluster["n1"].ExecuteAsync("INSERT INTO story SELECT generate_series(1, 100)", Cancelled); // only n1 has these: they must go
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (1000)", Cancelled);
        await cluster["n2"].ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (n1)'", Cancelled);

        RejoinResult result = await cluster.RejoinAsync(cluster["n1"], Cancelled);

        Assert.Equal(RejoinMethod.Rewind, result.Method);
        Assert.Equal(2, result.Timeline);
        Assert.Same(cluster["n2"], await cluster.GetPrimaryAsync(Cancelled));
        Assert.Equal("n1", await cluster["n1"].ScalarAsync<string>("SHOW cluster_name", Cancelled));
        Assert.Equal(port, int.Parse((await cluster["n1"].ScalarAsync<string>("SHOW port", Cancelled))!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("", await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled));
        Assert.EndsWith(" application_name=n1", await cluster["n1"].ScalarAsync<string>("SHOW primary_conninfo", Cancelled), StringComparison.Ordinal);
        await UntilAsync("equal data", async () => await RowsAsync(cluster["n1"]) == 1000 && await RowsAsync(cluster["n2"]) == 1000);
    }

    [Fact]
    public async Task RejoinAsync_KilledOldPrimary_Rewinds()
    {
        PostgresCluster cluster = await StartClusterAsync(Asynchronous);
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (7)", Cancelled);

        RejoinResult result = await cluster.RejoinAsync(cluster["n1"], Cancelled);

        Assert.Equal(RejoinMethod.Rewind, result.Method);
        await UntilAsync("equal data", async () => await RowsAsync(cluster["n1"]) == 7);
    }

    [Fact]
    public async Task RejoinAsync_TwinOfEqualTimeline_TakesABaseBackup()
    {
        PostgresCluster cluster = await StartClusterAsync(Asynchronous);
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await WaitForTableAsync(cluster["n3"]);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await PromoteAsync(cluster["n3"]); // both are on timeline 2 now, with different histories
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (2)", Cancelled);
        await cluster["n3"].ExecuteAsync("INSERT INTO story VALUES (3)", Cancelled);

        RejoinResult result = await cluster.RejoinAsync(cluster["n3"], Cancelled);

        Assert.Equal(RejoinMethod.BaseBackup, result.Method);
        Assert.Contains("timeline 2", result.Reason, StringComparison.Ordinal);
        await UntilAsync("equal data", async () => await RowsAsync(cluster["n3"]) == 2);
        Assert.Equal("n3", await cluster["n3"].ScalarAsync<string>("SHOW cluster_name", Cancelled));
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
    }

    [Fact]
    public async Task RejoinAsync_PrimaryWithItsOwnTerm_IsNotInherited()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await PromoteAsync(cluster["n2"]);
        await File.AppendAllTextAsync(Path.Combine(cluster["n2"].DataDirectory, "postgresql.auto.conf"), "haconnect.term = '7:n2'\n", Cancelled);

        await cluster.RejoinAsync(cluster["n1"], Cancelled);

        Assert.Equal(1, await cluster["n2"].ScalarAsync<long>("SELECT count(*) FROM pg_file_settings WHERE name LIKE 'haconnect.%'", Cancelled));
        Assert.Equal(0, await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_file_settings WHERE name LIKE 'haconnect.%'", Cancelled));
    }

    private static async Task PromoteAsync(PostgresNode node)
    {
        await node.ExecuteAsync("SELECT pg_promote(false)", Cancelled);
        await UntilAsync($"promotion of {node.Name}", async () =>
        {
            await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled); // wakes a startup process that waits for its next attempt to stream
            return !await node.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled);
        });
    }

    private static Task WaitForTableAsync(PostgresNode node) =>
        UntilAsync($"the table at {node.Name}", () => node.ScalarAsync<bool>("SELECT to_regclass('story') IS NOT NULL", Cancelled));

    private static Task<long> RowsAsync(PostgresNode node) => node.ScalarAsync<long>("SELECT coalesce(sum(line), 0) FROM story", Cancelled);
}

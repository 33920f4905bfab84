using HaConnect.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>What people have asked not to be done, and what they ask for all the same, on real servers.</summary>
public sealed class PauseTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();

    [Fact]
    public async Task Paused_PrimaryKilled_NobodyIsPromotedUntilSomebodyAsksForIt()
    {
        var cluster = await StartClusterAsync();
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await Assert.ThrowsAsync<ArgumentException>(() => db.Cluster.PauseFailoverAsync(" ", Cancelled));
        Assert.True(await db.Cluster.PauseFailoverAsync("new switches", Cancelled));
        Assert.False(await db.Cluster.PauseFailoverAsync("again", Cancelled));
        Assert.Equal("new switches", await cluster["n2"].ScalarAsync<string>("SELECT reason FROM haconnect.pause WHERE ended_at IS NULL", Cancelled));

        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("the refusal", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.StartsWith("failover refused: ", StringComparison.Ordinal) && r.Sentence.EndsWith(": new switches", StringComparison.Ordinal))));
        var seen = db.Snapshot.Version;
        await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 50));
        Assert.Null(db.Snapshot.Primary);

        await Assert.ThrowsAsync<ArgumentException>(() => db.Cluster.FailoverAsync("another", cancellationToken: Cancelled));
        var result = await db.Cluster.FailoverAsync("main", cancellationToken: Cancelled);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal((result.Primary, 2L), (db.Snapshot.Primary!.Name, result.Term!.Value));
        Assert.Equal(0, await cluster[result.Primary!].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'haconnect-failover/%'", Cancelled));

        // Still paused, on the new primary too.
        Assert.True(await db.Cluster.ResumeFailoverAsync(Cancelled));
        Assert.False(await db.Cluster.ResumeFailoverAsync(Cancelled));
    }

    [Fact]
    public async Task Failover_PrimaryAnswers_IsRefusedInFavourOfASwitchover()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(1);
        await using var db = BuildAudited(options, _audit);
        await UntilManagedAsync(db);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => db.Cluster.FailoverAsync("main", cancellationToken: Cancelled));
        Assert.StartsWith("n1 is the primary and answers: ask for a switchover", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintained_Standby_IsNamedNoMoreAndNotSwitchedOverTo()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3 });
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await Assert.ThrowsAsync<ArgumentException>(() => db.Cluster.BeginMaintenanceAsync("n9", "why not", Cancelled));
        Assert.True(await db.Cluster.BeginMaintenanceAsync("n2", "new disk", Cancelled));
        await UntilAsync("n2 is left out", async () => await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled) == """ANY 1 ("n3","n4")""" && db.Snapshot.Term == 2);
        await UntilAsync("n2 in reserve", () => Task.FromResult(db.Snapshot["n2"]!.Reason.EndsWith("; in reserve, since it is under maintenance", StringComparison.Ordinal)));
        for (var i = 0; i < 100; i++)
        {
            await using var connection = await db.OpenReadConnectionAsync(Cancelled);
            Assert.NotEqual(cluster["n2"].Port, connection.Port);
        }

        await using (var named = await db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n2"], Fallback = ReadFallback.Wait }, Cancelled))
            Assert.Equal(cluster["n2"].Port, named.Port);
        var result = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.Equal((false, "called off: n2 is under maintenance"), (result.Succeeded, result.Reason));

        Assert.True(await db.Cluster.EndMaintenanceAsync("n2", Cancelled));
        await UntilAsync("n2 is named again", async () => (await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled))!.Contains("n2", StringComparison.Ordinal));
        await UntilAsync("n2 serves reads again", () => Task.FromResult(!db.Snapshot.ReadTargetOf(db.Snapshot["n2"]!.Node)!.IsInReserve));
    }
}

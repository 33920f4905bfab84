using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Nodes that are too few, too many, or not what they should be to each other.</summary>
public sealed class TopologyDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_Options_WhatTheyLackIsFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Witnesses = 1, DataChecksums = true });
        var options = Declared(ClusterOptions.Coordinate(cluster));
        await using (var sound = new HaDataSourceBuilder(options).Build())
        {
            await UntilExactlyAsync(sound, []);
            await HoldAsync(cluster, sound, [new("witness-no-vote@w1", () => cluster["w1"].ExecuteAsync($"REVOKE CREATE ON DATABASE postgres FROM {cluster.Control.User}", Cancelled))]);
        }

        options = Declared(ClusterOptions.Coordinate(cluster));
        options.Nodes.RemoveAt(2);
        options.Failover.Witnesses.Clear();
        await using (var few = new HaDataSourceBuilder(options).Build())
            await UntilExactlyAsync(few, ["too-few-voters@-", "no-spare-standby@-", "standby-not-configured@n1", "sync-names-differ@n1"]);

        options = Declared(ClusterOptions.Coordinate(cluster));
        options.Nodes[2].Port = cluster["w1"].Port;
        options.Failover.Witnesses.Clear();
        await using var wrong = new HaDataSourceBuilder(options).Build();
        await UntilAsync("a node of another cluster", async () => (await ProblemsAsync(wrong)).Any(f => Key(f) == "other-cluster@-" && f.Severity == FindingSeverity.Unsafe));
    }

    [Fact]
    public async Task Diagnose_PromotedByHand_BothPrimariesAndWhoIsLeftBehindAreFound()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilExactlyAsync(db, []);

        await cluster["n3"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        var findings = await UntilExactlyAsync(db, ["several-primaries@-", "unseen@-"]);
        Assert.Equal(FindingSeverity.Unsafe, findings.Single(f => f.Code == "several-primaries").Severity);

        // n2 follows the old primary past the fork, and then cannot follow the new one.
        await cluster["n1"].ExecuteAsync("CREATE TABLE lost AS SELECT 1", Cancelled);
        await UntilAsync("the table on n2", () => cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('lost') IS NOT NULL", Cancelled));
        await cluster["n1"].StopAsync(cancellationToken: Cancelled);
        var conninfo = (await cluster["n2"].ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled))!;
        await SetAsync(cluster["n2"], "primary_conninfo", conninfo.Replace($"port={cluster["n1"].Port}", $"port={cluster["n3"].Port}", StringComparison.Ordinal));
        await UntilExactlyAsync(db, ["node-unreadable@n1", "standby-left-behind@n2"]);
    }

    [Fact]
    public async Task Diagnose_FrozenNode_TellsOfTheOthersInTime()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        await SetAsync(cluster["n1"], "autovacuum", "off");
        await UntilExactlyAsync(db, ["autovacuum@n1"]);
        await cluster["n3"].FreezeAsync(Cancelled);
        var start = TimeProvider.System.GetTimestamp();
        var findings = (await ProblemsAsync(db)).Select(Key).ToList();
        var took = TimeProvider.System.GetElapsedTime(start);
        await cluster["n3"].ThawAsync(Cancelled);
        Assert.Contains("autovacuum@n1", findings);
        Assert.Contains("node-unreadable@n3", findings);
        Assert.True(took < TimeSpan.FromSeconds(20), $"it took {took}"); // 5 s for the connection, the rest for a machine that is busy
    }
}

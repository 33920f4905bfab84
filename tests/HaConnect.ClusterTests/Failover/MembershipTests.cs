using HaConnect.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>Who has to ack changes with who is there, on real servers.</summary>
public sealed class MembershipTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();

    [Fact]
    public async Task FormerPrimaryHasRejoined_IsNamedAgain_AndSavesTheWritesOfTheNextLoss()
    {
        var cluster = await StartClusterAsync();
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        var primary = cluster[db.Snapshot.Primary!.Name];
        var other = primary.Name == "n2" ? "n3" : "n2";
        Assert.Equal($"ANY 1 (\"{other}\")", await NamesAsync(primary));

        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await UntilAsync("n1 is named", async () => await NamesAsync(primary) == $"ANY 1 (\"{other}\",\"n1\")" && db.Snapshot.Term == 3);

        // Without it nobody would be left to ack.
        await cluster[other].KillAsync(Cancelled);
        var acked = workload.AckedCount;
        await UntilAsync("further acked writes", () => Task.FromResult(workload.AckedCount >= acked + 100));
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Contains(_audit.Records, r => r.Sentence == "n1 streams, and may ack from now on");
        Assert.Equal("Reconfigure", await primary.ScalarAsync<string>("SELECT reason FROM haconnect.term WHERE term = 3 AND established_at IS NOT NULL", Cancelled));
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(primary)));
    }

    /// <summary>All that are named must be in reach for a failover; one that stays away must not forbid it for good.</summary>
    [Fact]
    public async Task StandbyOfFourStaysAway_IsDropped_AndAFailoverWorksWithoutIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 4 });
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.DropStandbyAfter = TimeSpan.FromSeconds(4);
        await using var db = BuildAudited(options, _audit);
        await UntilManagedAsync(db);
        await UntilSeenWithTheFirstTermAsync(cluster["n5"]);
        await using var workload = await Workload.StartAsync(db);
        await cluster["n5"].KillAsync(Cancelled);
        await UntilAsync("n5 is dropped", async () => await NamesAsync(cluster["n1"]) == """ANY 1 ("n2","n3","n4")""" && db.Snapshot.Term >= 2, TimeSpan.FromSeconds(90));
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Primary.Name: not "n1" }));
        var acked = workload.AckedCount;
        await UntilAsync("further acked writes", () => Task.FromResult(workload.AckedCount >= acked + 50));
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster[db.Snapshot.Primary!.Name])));
    }

    /// <summary>Two data nodes and a witness survive the loss of either: the one that is left takes writes alone, and ends that when the other is back.</summary>
    [Fact]
    public async Task TwoNodesAndAWitness_DegradeAllowed_WritesGoOnAloneUntilTheOtherIsBack()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, Witnesses = 1 });
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.DegradeAfter = TimeSpan.FromSeconds(4);
        await using var db = BuildAudited(options, _audit);
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));

        await cluster["n2"].KillAsync(Cancelled);
        await UntilAsync("n1 alone", async () => await NamesAsync(cluster["n1"]) == "" && db.Snapshot.Term == 2);
        var acked = workload.AckedCount;
        await UntilAsync("writes alone", () => Task.FromResult(workload.AckedCount >= acked + 50));
        await cluster["n2"].StartAsync(Cancelled);
        await UntilAsync("n2 is named", async () => await NamesAsync(cluster["n1"]) == """ANY 1 ("n2")""" && db.Snapshot.Term == 3);
        acked = workload.AckedCount;
        await UntilAsync("writes with n2", () => Task.FromResult(workload.AckedCount >= acked + 50));

        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("n2 alone", () => Task.FromResult(db.Snapshot is { Term: > 3, Primary.Name: "n2" }));
        acked = workload.AckedCount;
        await UntilAsync("writes of n2 alone", () => Task.FromResult(workload.AckedCount >= acked + 50));
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster["n2"])));
        Assert.Contains(_audit.Records, r => r.Sentence.StartsWith("1 of n2 would have to ack, and has not streamed for 00:00:04", StringComparison.Ordinal));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var record in TestContext.Current.TestState?.Result == TestResult.Failed ? _audit.Records : [])
            TestContext.Current.TestOutputHelper?.WriteLine($"{record.At:HH:mm:ss.fff} {record.Step} {record.Sentence}");
        await base.DisposeAsync();
    }

    /// <summary>Until a coordinator has read the first term's row on every synchronous standby it changes nothing: one that was killed before would be waited for.</summary>
    private static async Task UntilSeenWithTheFirstTermAsync(PostgresNode standby)
    {
        await UntilAsync("the table", () => standby.ScalarAsync<bool>("SELECT to_regclass('haconnect.term') IS NOT NULL", Cancelled));
        await UntilAsync("the row", async () => await standby.ScalarAsync<long>("SELECT count(*) FROM haconnect.term", Cancelled) == 1);
        var since = await standby.ScalarAsync<DateTime>("SELECT clock_timestamp()", Cancelled);
        await UntilAsync("a coordinator that reads it", () => standby.ScalarAsync<bool>(
            $"SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = 'haconnect-coordinator' AND a.state = 'idle' AND a.query LIKE '%max(x.term)%' AND a.query_start > '{since:O}')", Cancelled));
    }

    private static async Task<string> NamesAsync(PostgresNode node) => (await node.ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled))!;
}

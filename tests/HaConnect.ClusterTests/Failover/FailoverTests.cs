using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Failover;

/// <summary>One application with <see cref="FailoverMode.Coordinate"/>; its primary is killed, frozen, stopped.</summary>
public sealed class FailoverTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();
    private readonly FakeLogCollector _log = new();

    [Theory]
    [InlineData("kill", 1)]
    [InlineData("freeze", 1)]
    [InlineData("stop", 1)]
    [InlineData("kill", 0)]
    public async Task Primary_Lost_ApplicationGoesOnAtItsSuccessor(string fault, int required)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = required });
        await using var db = Build(ClusterOptions.Coordinate(cluster, required));
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("500 acked writes", () => Task.FromResult(workload.AckedCount >= 500));

        var old = cluster["n1"];
        var (faultAt, faultWallTime) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetUtcNow());
        await (fault switch { "kill" => old.KillAsync(Cancelled), "freeze" => old.FreezeAsync(Cancelled), _ => old.StopAsync(StopMode.Fast, Cancelled) });
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary.Name: "n2" or "n3" }));
        var afterwards = workload.AckedCount + 200;
        await UntilAsync("200 further acked writes", () => Task.FromResult(workload.AckedCount >= afterwards));
        await workload.StopAsync();

        Assert.Empty(workload.Failed);
        var primary = cluster[db.Snapshot.Primary!.Name];
        if (required > 0)
            Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(primary)));
        Assert.Equal(["n1"], db.Snapshot.Nodes.Where(n => n.Reachability == NodeReachability.Unreachable).Select(n => n.Name));
        Assert.Single(_audit.Records, r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
        Assert.Equal(2, await primary.ScalarAsync<int>("SELECT ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int", Cancelled));
        foreach (var record in _audit.Records)
            TestContext.Current.TestOutputHelper?.WriteLine($"{(record.At - faultWallTime).TotalSeconds,7:0.000} s {record.Sentence}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}, k = {required}: longest write gap {workload.LongestGapSince(faultAt).Gap.TotalSeconds:0.00} s");

        // The audit trail is on the servers too, and tells the same story.
        await UntilAsync("the audit trail on the new primary", async () =>
            await primary.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM haconnect.audit WHERE term = 2 AND sentence LIKE 'established:%')", Cancelled));

        if (old.IsFrozen)
            await old.KillAsync(Cancelled);
        var rejoined = await cluster.RejoinAsync(old, Cancelled);
        Assert.Equal(2, rejoined.Timeline);
        await UntilAsync("the old primary as a fresh replica", () => Task.FromResult(db.Snapshot["n1"] is { Role: NodeRole.Standby, Lag.Time.TotalSeconds: < 1 }));
    }

    [Fact]
    public async Task Failover_OnlyOneSynchronousStandbyLeft_IsRefusedAndTakenUpWhenItIsBack()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);

        // Either standby may hold the only copy of an acked write: with one of them away nobody can know.
        await cluster["n3"].KillAsync(Cancelled);
        await UntilAsync("n3 seen as unreachable", () => Task.FromResult(db.Snapshot["n3"]!.Reachability == NodeReachability.Unreachable));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a refusal or the loss of office", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.Contains("refused", StringComparison.Ordinal) || r.Sentence.StartsWith("no longer the coordinator", StringComparison.Ordinal))));
        Assert.True(await cluster["n2"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));

        await cluster["n3"].StartAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: >= 2, Primary.Name: "n2" or "n3" }));
        Assert.Single(_audit.Records, r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failover_NonIdempotentWorkUnderWay_IsReportedAsUnknownAndNotRepeated()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);
        var attempts = 0;
        var begun = new TaskCompletionSource();
        var work = db.ExecuteAsync(
            async (connection, token) =>
            {
                attempts++;
                begun.SetResult();
                await using var command = new NpgsqlCommand("SELECT pg_sleep(600)", connection);
                await command.ExecuteNonQueryAsync(token);
            },
            Cancelled);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled);
        await cluster["n1"].FreezeAsync(Cancelled);

        var error = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => work);

        Assert.False(error.IsTransient);
        Assert.Equal(1, attempts);
        Assert.Equal(2, db.Snapshot.Term);
    }

    [Fact]
    public async Task Restart_OfAllNodesAtOnce_KeepsThePrimary()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);
        await Task.WhenAll(cluster.Nodes.Select(n => n.KillAsync(Cancelled)));
        await Task.WhenAll(cluster.Nodes.Select(n => n.StartAsync(Cancelled)));

        await using (await db.OpenConnectionAsync(Cancelled))
            Assert.Equal("n1", db.Snapshot.Primary?.Name);
        Assert.Equal(1, db.Snapshot.Term);
        Assert.DoesNotContain(_audit.Records, r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
    }

    private HaDataSource Build(HaDatabaseOptions options) =>
        new HaDataSourceBuilder(options).AddAuditSink(_audit).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(_log)))).Build();

    public override async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var entry in _log.GetSnapshot())
                TestContext.Current.TestOutputHelper?.WriteLine($"{entry.Timestamp:HH:mm:ss.fff} {entry.Level} {entry.Message} {entry.Exception?.Message}");
        }

        await base.DisposeAsync();
    }
}

using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Failover;

/// <summary>Switchovers asked for by the application that is the coordinator itself.</summary>
public sealed class SwitchoverTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task Switchover_UnderLoadWithATransactionThatEndsInTime_NothingFails()
    {
        var cluster = await StartClusterAsync();
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("200 acked writes", () => Task.FromResult(workload.AckedCount >= 200));
        var startedAt = TimeProvider.System.GetTimestamp();
        var slow = db.ExecuteAsync(
            async (connection, _) =>
            {
                await RunAsync(connection, "SELECT pg_sleep(4)"); // the request is taken up within two seconds
                return TimeProvider.System.GetUtcNow();
            }, Cancelled);

        var result = await db.Cluster.SwitchoverAsync("n3", new SwitchoverOptions { Progress = new Told(_told) }, Cancelled);

        Assert.Equal((true, "n3", 2L), (result.Succeeded, result.Primary, result.Term));
        var slowEnded = await slow;
        Assert.True(At("announced:") < slowEnded && slowEnded < At("drained:"), $"the transaction ended at {slowEnded:HH:mm:ss.fff}: it was not waited for");
        var afterwards = workload.AckedCount + 200;
        await UntilAsync("200 further acked writes", () => Task.FromResult(workload.AckedCount >= afterwards));
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster["n3"])));
        Assert.NotEmpty(_told);
        TestContext.Current.TestOutputHelper?.WriteLine($"longest write gap {workload.LongestGapSince(startedAt).Gap.TotalSeconds:0.00} s, with a transaction that was waited for; {string.Join("; ", _told)}");

        // The former primary refuses writes until it has rejoined.
        await using var direct = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]));
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await direct.CreateCommand("CREATE TABLE refused (id int)").ExecuteNonQueryAsync(Cancelled));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await UntilAsync("the former primary as a fresh replica", () => Task.FromResult(db.Snapshot["n1"] is { Role: NodeRole.Standby, Lag.Time.TotalSeconds: < 1 }));
    }

    [Fact]
    public async Task Switchover_TransactionThatStaysOpen_IsCalledOffAndWritesGoOn()
    {
        var cluster = await StartClusterAsync();
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await using var direct = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]) + ";Application Name=report");
        await using var connection = await direct.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await RunAsync(connection, "SELECT 1");

        var result = await db.Cluster.SwitchoverAsync("n2", new SwitchoverOptions { DrainTimeout = TimeSpan.FromSeconds(1) }, Cancelled);

        Assert.Equal((false, "n1", 1L), (result.Succeeded, result.Primary, result.Term));
        Assert.Contains("(report)", result.Reason, StringComparison.Ordinal);
        var afterwards = workload.AckedCount + 200;
        await UntilAsync("200 further acked writes", () => Task.FromResult(workload.AckedCount >= afterwards));
        await RunAsync(connection, "CREATE TABLE still_writable (id int)");
        await transaction.CommitAsync(CancellationToken.None);

        // Where it is asked for, the session is ended instead.
        await using var second = await connection.BeginTransactionAsync(Cancelled);
        await RunAsync(connection, "SELECT 1");
        var forced = await db.Cluster.SwitchoverAsync("n2", new SwitchoverOptions { DrainTimeout = TimeSpan.FromSeconds(1), TerminatesOpenTransactions = true }, Cancelled);
        Assert.Equal((true, "n2"), (forced.Succeeded, forced.Primary));
        var ended = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(connection, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, ended.SqlState);
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster["n2"])));
    }

    [Fact]
    public async Task Switchover_OfWhatCannotBe_IsRefusedWithTheReason()
    {
        var cluster = await StartClusterAsync();
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await Assert.ThrowsAsync<ArgumentException>(() => db.Cluster.SwitchoverAsync("n9", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => db.Cluster.SwitchoverAsync("n2", new SwitchoverOptions { DrainTimeout = TimeSpan.Zero }, Cancelled));
        Assert.Equal((false, "n1 is the primary already"), (await db.Cluster.SwitchoverAsync("n1", cancellationToken: Cancelled)) is var r ? (r.Succeeded, r.Reason) : default);

        await cluster["n3"].StopAsync(cancellationToken: Cancelled);
        var refused = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.False(refused.Succeeded);
        Assert.Contains("would have to be cut off", refused.Reason, StringComparison.Ordinal);

        await using var observer = BuildAudited(ClusterOptions.Observe(cluster), _audit);
        await Assert.ThrowsAsync<InvalidOperationException>(() => observer.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var record in _audit.Records)
            TestContext.Current.TestOutputHelper?.WriteLine($"{record.At:HH:mm:ss.fff} {record.Sentence}");
        await base.DisposeAsync();
    }

    private DateTimeOffset At(string sentence) => _audit.Records.First(r => r.Sentence.StartsWith(sentence, StringComparison.Ordinal)).At;

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private sealed class Told(List<string> told) : IProgress<string>
    {
        public void Report(string value) => told.Add(value);
    }
}

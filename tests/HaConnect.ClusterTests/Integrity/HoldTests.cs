using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Nothing is read on while a server has no room for it.</summary>
public sealed class HoldTests : IntegrityTest
{
    private const int Rows = 60_000;

    private readonly LastProgress _progress = new();

    [Fact]
    public async Task Run_FewConnectionsLeft_IsHeld_EvenWhileItsOwnWatchIsNotLetIn_AndGoesOn()
    {
        var cluster = await StartAsync(standbys: 0);
        await ExecuteAsync(cluster, "n1", "app", "CREATE DATABASE b TEMPLATE app");
        await using var others = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Connection(cluster, "n1", "postgres")) { MaxPoolSize = 30 }.ConnectionString);
        var held = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ => await others.OpenConnectionAsync(Cancelled)));
        var running = Verification.RunAsync(Reader(cluster, "n1", "app"), Reader(cluster, "n1", "b"), Gentle(o => o.MinFreeConnections = 80), Cancelled);
        await UntilHeldAsync("connections left, and at least 80 are left to others", running);

        await cluster["n1"].ExecuteAsync("ALTER ROLE reader CONNECTION LIMIT 0", Cancelled);
        await cluster["n1"].ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'haconnect-verify' AND query LIKE '%pg_stat_database%'", Cancelled);
        await Task.WhenAll(held.Select(c => c.DisposeAsync().AsTask()));
        await others.DisposeAsync();
        await UntilHeldAsync("has no connection left: too many connections for role \"reader\"", running);
        var (rows, looks) = (_progress.Last!.Rows, _progress.Count);
        await UntilAsync("it has looked once more", () => Task.FromResult(_progress.Count > looks));
        Assert.InRange(_progress.Last.Rows, 0, Rows - 1);
        Assert.Equal(rows, _progress.Last.Rows);

        await cluster["n1"].ExecuteAsync("ALTER ROLE reader CONNECTION LIMIT -1", Cancelled);
        await AllIsVerifiedAsync(running);
    }

    [Fact]
    public async Task Run_StandbyFarBehind_IsHeldUntilItHasReplayed()
    {
        var cluster = await StartAsync(standbys: 1);
        var running = Verification.RunAsync(Reader(cluster, "n1", "app"), Reader(cluster, "n2", "app"), Gentle(o => o.MaxLagBytes = 1 << 20), Cancelled);
        await FallBehindAsync(cluster);
        await UntilHeldAsync("bytes of WAL behind, and 1,048,576 is the most", running);
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_resume()", Cancelled);
        await AllIsVerifiedAsync(running);
    }

    [Fact]
    public async Task Run_HeldForTooLong_SaysSoAndHasNoVerdict()
    {
        var cluster = await StartAsync(standbys: 1);
        var running = Verification.RunAsync(Reader(cluster, "n1", "app"), Reader(cluster, "n2", "app"), Gentle(o => (o.MaxLagBytes, o.FollowTimeout) = (1 << 20, TimeSpan.FromSeconds(3))), Cancelled);
        await FallBehindAsync(cluster);
        var report = await running;
        Assert.Equal((0L, VerificationVerdict.Unknown), (report.DifferentRows, report.Verdict));
        Assert.Contains(report.Notes, n => n.Kind == VerificationNoteKind.NotVerified && n.Text.Contains("It was not read on for too long: n2 is", StringComparison.Ordinal));
    }

    /// <summary>The reader is no superuser: a limit of connections holds for him.</summary>
    private async Task<PostgresCluster> StartAsync(int standbys)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = standbys, SynchronousStandbys = 0 });
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE t (id int PRIMARY KEY, v text NOT NULL)", $"INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, {Rows}) i", "VACUUM (ANALYZE) t",
            "CREATE ROLE reader LOGIN PASSWORD 'of-the-reader' IN ROLE pg_read_all_data, pg_monitor");
        if (standbys > 0)
            await UntilAsync("the standby has it", async () => await cluster["n2"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader')", Cancelled));
        return cluster;
    }

    /// <summary>Once the tables are read: before that it is waited for the catalogs.</summary>
    private async Task FallBehindAsync(PostgresCluster cluster)
    {
        await UntilAsync("rows are read", () => Task.FromResult(_progress.Count > 0));
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await UntilAsync("replay stands still", async () => await cluster["n2"].ScalarAsync<string>("SELECT pg_get_wal_replay_pause_state()", Cancelled) == "paused");
        await ExecuteAsync(cluster, "n1", "app", "CREATE TABLE other AS SELECT i, repeat('x', 100) AS v FROM generate_series(1, 40000) i", "DROP TABLE other");
    }

    private static VerificationSide Reader(PostgresCluster cluster, string node, string database) =>
        new(node, new NpgsqlConnectionStringBuilder(Connection(cluster, node, database)) { Username = "reader", Password = "of-the-reader" }.ConnectionString);

    /// <summary>So slow that it is midway at its first look at the servers.</summary>
    private VerificationOptions Gentle(Action<VerificationOptions> configure)
    {
        var options = new VerificationOptions { Parallelism = 1, MaxLoad = 0.05, Settle = TimeSpan.Zero, Progress = _progress };
        configure(options);
        return options;
    }

    private Task UntilHeldAsync(string reason, Task running) => UntilAsync($"it waits: {reason}", async () =>
    {
        if (running.IsCompleted)
            await running; // tells why
        Assert.False(running.IsCompleted, "It has ended.");
        return _progress.Last?.Waiting?.Contains(reason, StringComparison.Ordinal) == true;
    });

    private async Task AllIsVerifiedAsync(Task<VerificationReport> running)
    {
        var report = await running;
        Assert.Equal((Rows, 0L, VerificationVerdict.Met), (report.Rows, report.DifferentRows, report.Verdict));
        Assert.Null(_progress.Last!.Waiting);
    }

    private sealed class LastProgress : IProgress<VerificationProgress>
    {
        private int _count;
        private volatile VerificationProgress? _last;

        internal VerificationProgress? Last => _last;

        internal int Count => Volatile.Read(ref _count);

        public void Report(VerificationProgress value)
        {
            _last = value;
            Interlocked.Increment(ref _count);
        }
    }
}

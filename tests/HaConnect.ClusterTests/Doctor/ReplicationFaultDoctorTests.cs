using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Replicas that do not follow, or not fast enough, and slots that keep too much or nothing.</summary>
public sealed class ReplicationFaultDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_Replicas_EachFaultIsFound()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        var n3 = cluster["n3"];
        var conninfo = (await n3.ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled))!;
        Task FollowAsync(string text) => SetAsync(n3, "primary_conninfo", text);
        await cluster["n1"].ExecuteAsync("CREATE TABLE t AS SELECT generate_series(1, 1000) AS id", Cancelled);
        await cluster["n1"].ExecuteAsync("CREATE TABLE u AS SELECT 1 AS id", Cancelled);
        await UntilAsync("the tables on n3", () => n3.ScalarAsync<bool>("SELECT to_regclass('u') IS NOT NULL", Cancelled));
        await using var reader = await OpenAsync(cluster, "n3");
        await using var holder = await OpenAsync(cluster, "n3");
        await HoldAsync(cluster, db,
        [
            new("replay-paused@n3", () => n3.ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled)),
            new("standby-not-streaming@n3", () => FollowAsync("")) { Besides = ["sync-standby-away@n1"], ByHand = () => FollowAsync(conninfo) },
            new("standby-not-configured@n1", () => FollowAsync(conninfo.Replace("=n3", "=stranger", StringComparison.Ordinal))) { Besides = ["sync-standby-away@n1", "conninfo-differs@n3"], ByHand = () => FollowAsync(conninfo) },
            new("shared-name@n1", () => FollowAsync(conninfo.Replace("=n3", "=n2", StringComparison.Ordinal))) { Besides = ["sync-standby-away@n1", "conninfo-differs@n3"], ByHand = () => FollowAsync(conninfo) },
            new("conninfo-differs@n3", () => FollowAsync(conninfo.Replace($"user={cluster.Replication.User}", $"user={cluster.Superuser.User}", StringComparison.Ordinal).Replace(cluster.Replication.Password, cluster.Superuser.Password, StringComparison.Ordinal)))
            {
                Besides = ["standby-not-streaming@n3", "sync-standby-away@n1"], // it is not let in as that
                ByHand = () => FollowAsync(conninfo),
                Severity = FindingSeverity.Unsafe,
            },
            new("standby-feedback@n3", async () =>
            {
                await SetAsync(n3, "max_standby_streaming_delay", "0");
                await RunAsync(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t");
                await cluster["n1"].ExecuteAsync("DELETE FROM t WHERE id > 1", Cancelled);
                await cluster["n1"].ExecuteAsync("VACUUM (TRUNCATE off) t", Cancelled);
            }),
            new("replay-held-up@n3", async () =>
            {
                await SetAsync(n3, "max_standby_streaming_delay", "-1");
                await RunAsync(holder, "BEGIN; SELECT count(*) FROM u");
                await cluster["n1"].ExecuteAsync("DROP TABLE u", Cancelled);
            })
            {
                Besides = ["standby-delay@n3"],
                ByHand = async () =>
                {
                    await RunAsync(holder, "ROLLBACK");
                    await SetAsync(n3, "max_standby_streaming_delay", "30s");
                },
            },
            new("replay-behind@n3", async () =>
            {
                await SetAsync(n3, "recovery_min_apply_delay", "1h");
                await cluster["n1"].ExecuteAsync("CREATE TABLE later ()", Cancelled);
                await cluster["n1"].ExecuteAsync("SELECT count(pg_logical_emit_message(false, 'test', repeat('x', 1000000))) FROM generate_series(1, 45)", Cancelled);
            })
            {
                Besides = ["replay-delayed@n3"],
                ByHand = () => SetAsync(n3, "recovery_min_apply_delay", "0"),
            },
            new("node-unreadable@n2", () => cluster["n2"].StopAsync(cancellationToken: Cancelled)) { Besides = ["sync-standby-away@n1"], ByHand = () => cluster["n2"].StartAsync(Cancelled) },
        ]);
    }

    [Fact]
    public async Task Diagnose_Slots_EachFaultIsFoundAndMendedByItsStatements()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        var n1 = cluster["n1"];
        await HoldAsync(cluster, db,
        [
            new("slot-missing@n2", async () =>
            {
                await n1.ExecuteAsync("SELECT pg_create_physical_replication_slot('for_n3')", Cancelled);
                await SetAsync(cluster["n3"], "primary_slot_name", "for_n3");
            }),
            new("slot-inactive@n1", () => n1.ExecuteAsync("SELECT pg_create_physical_replication_slot('left_over', true)", Cancelled)),
            new("slot-unreserved@n1", async () =>
            {
                await n1.ExecuteAsync("SELECT pg_create_physical_replication_slot('left_over', true)", Cancelled);
                await n1.ExecuteAsync("ALTER SYSTEM SET wal_keep_size = 0", Cancelled);
                await SetAsync(n1, "max_slot_wal_keep_size", "1MB");
                await FillAsync(n1);
            })
            {
                Besides = ["no-kept-wal@n1"],
                Left = ["no-kept-wal@n1", "slot-inactive@n1"],
            },
            new("slot-lost@n1", async () =>
            {
                await SetAsync(n1, "max_slot_wal_keep_size", "1MB");
                await FillAsync(n1);
                await UntilAsync("the slot lost", async () =>
                {
                    await n1.ExecuteAsync("CHECKPOINT", Cancelled);
                    return await n1.ScalarAsync<bool>("SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = 'left_over'", Cancelled);
                });
            })
            {
                Besides = ["no-kept-wal@n1"],
                Left = ["no-kept-wal@n1"],
            },
        ]);
    }

    private static async Task FillAsync(PostgresNode node)
    {
        for (var i = 0; i < 4; i++)
            await node.ExecuteAsync("SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()", Cancelled);
    }
}

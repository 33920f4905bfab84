using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using NpgsqlTypes;

namespace HaConnect.ClusterTests.Failover;

/// <summary>WAL that is kept for whoever may have to stream from a node, on servers that would remove it at every checkpoint.</summary>
public sealed class SlotTests : ClusterTest
{
    private readonly FakeLogCollector _log = new();

    /// <summary>n4 is away while much is written, and n2, which has taken checkpoints meanwhile, becomes the primary.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Switchover_StandbyWasAway_HasItsWalAtTheNewPrimary_WhereSlotsAreKept(bool areKept)
    {
        var cluster = await StartAsync(standbys: 3, synchronous: 1);
        await using var db = Build(cluster, areKept);
        await UntilManagedAsync(db);
        if (areKept)
            await UntilAsync("slots for the others on every node", async () => (await SlotsAsync(cluster, "n1"), await SlotsAsync(cluster, "n2")) == ("haconnect_n2 haconnect_n3 haconnect_n4", "haconnect_n1 haconnect_n3 haconnect_n4"));

        // Whoever is away must be left out of the names before anybody else can become the primary.
        await db.Cluster.BeginMaintenanceAsync("n4", "new disks", Cancelled);
        await UntilAsync("n4 is left out", () => Task.FromResult(db.Snapshot.Term > 1));
        await cluster["n4"].StopAsync(cancellationToken: Cancelled);
        await WriteSegmentsAsync(cluster["n1"], cluster["n2"], cluster["n3"]);
        await SwitchOverAsync(db);
        await WriteSegmentsAsync(cluster["n2"], cluster["n3"]);
        await cluster["n4"].StartAsync(Cancelled);
        if (areKept)
        {
            var (from, oldest) = (await KeptFromAsync(cluster), await OldestAsync(cluster["n2"]));
            Assert.True(oldest <= (ulong)from / Segment);
            await UntilAsync("n4 follows", async () => await cluster["n4"].ScalarAsync<long>("SELECT count(*) FROM written", Cancelled) == await cluster["n2"].ScalarAsync<long>("SELECT count(*) FROM written", Cancelled));
            await cluster.RejoinAsync(cluster["n1"], Cancelled); // for which n2 keeps WAL, too
            await UntilAsync("the slot is moved on, and what it kept is removed", async () =>
            {
                await cluster["n2"].ExecuteAsync("CHECKPOINT", Cancelled);
                return await KeptFromAsync(cluster) > from && await OldestAsync(cluster["n2"]) > oldest;
            });
        }
        else
        {
            var position = (ulong)await cluster["n4"].ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_last_wal_replay_lsn()", Cancelled);
            Assert.True(await OldestAsync(cluster["n2"]) > position / Segment, "n2 still has what n4 lacks: this shows nothing");
            Assert.Equal("", await SlotsAsync(cluster, "n2"));
        }
    }

    [Fact]
    public async Task Kept_NamesOfTheStandbysOwn_BoundsAndPrivileges_AreRespected()
    {
        var cluster = await StartAsync();
        await cluster["n1"].ExecuteAsync("SELECT pg_create_physical_replication_slot('for_n3'); SELECT pg_create_physical_replication_slot('backup', true); SELECT pg_create_physical_replication_slot('haconnect_gone', true)", Cancelled);
        await cluster["n3"].ExecuteAsync("ALTER SYSTEM SET primary_slot_name = 'for_n3'", Cancelled);
        await cluster["n2"].ExecuteAsync("ALTER SYSTEM SET max_slot_wal_keep_size = -1", Cancelled);
        foreach (var node in cluster.Nodes)
            await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await using var db = Build(cluster, areKept: true);
        await UntilManagedAsync(db);
        await UntilAsync("the slots", async () => (await SlotsAsync(cluster, "n1"), await SlotsAsync(cluster, "n3")) == ("backup for_n3 haconnect_n2", "haconnect_n1 haconnect_n2"));
        Assert.Equal("", await SlotsAsync(cluster, "n2"));
        Assert.True(await cluster["n1"].ScalarAsync<bool>("SELECT active FROM pg_replication_slots WHERE slot_name = 'for_n3'", Cancelled));
        var findings = await db.Cluster.DiagnoseAsync(Cancelled);
        Assert.Contains(findings, f => f.Node == "n2" && f.Problem.StartsWith("n2 has max_slot_wal_keep_size = -1", StringComparison.Ordinal));
        await cluster["n2"].ExecuteAsync("ALTER SYSTEM RESET max_slot_wal_keep_size", Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await UntilAsync("slots on n2, too", async () => await SlotsAsync(cluster, "n2") == "for_n3 haconnect_n1");
        Assert.DoesNotContain(await db.Cluster.DiagnoseAsync(Cancelled), f => f.Problem.Contains("slot", StringComparison.Ordinal) && f.Code != "slot-inactive"); // nobody uses backup, which it tells of

        // The successor has the slot under the name that n3 streams by.
        await SwitchOverAsync(db);
        await UntilAsync("n3 streams from n2 by its slot", async () => await cluster["n2"].ScalarAsync<bool>("SELECT active FROM pg_replication_slots WHERE slot_name = 'for_n3'", Cancelled));
    }

    [Fact]
    public async Task LogicalSlots_FormerPrimaryHadThem_ItIsToldWhoLostTheirPlace()
    {
        var cluster = await StartAsync();
        await cluster["n1"].ExecuteAsync("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')", Cancelled);
        await using var db = Build(cluster, areKept: true);
        await UntilManagedAsync(db);
        Assert.Contains(await db.Cluster.DiagnoseAsync(Cancelled), f => f.Node == "n1" && f.Problem.Contains("logical replication slots of n1 end with its role: cdc", StringComparison.Ordinal));
        await UntilAsync("a look at the slots", async () => await SlotsAsync(cluster, "n2") == "haconnect_n1 haconnect_n3");
        await SwitchOverAsync(db);
        await UntilAsync("it is told", () => Task.FromResult(_log.GetSnapshot().Any(r => r.Level == LogLevel.Warning && r.Message.StartsWith("Logical replication slots that n1 had are not on n2: cdc.", StringComparison.Ordinal))));
    }

    private const ulong Segment = 16 * 1024 * 1024;

    private async Task<PostgresCluster> StartAsync(int standbys = 2, int synchronous = 0)
    {
        var options = new PostgresClusterOptions { Standbys = standbys, SynchronousStandbys = synchronous };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("wal_level", "logical"), ("wal_keep_size", "0"), ("min_wal_size", "32MB"), ("max_wal_size", "64MB"), ("max_slot_wal_keep_size", "2GB")])
            options.Settings[name] = value;
        var cluster = await StartClusterAsync(options);
        await cluster["n1"].ExecuteAsync($"ALTER ROLE {cluster.Control.User} REPLICATION", Cancelled);
        await cluster["n1"].ExecuteAsync("CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY, filler text)", Cancelled);
        return cluster;
    }

    private HaDataSource Build(PostgresCluster cluster, bool areKept)
    {
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: cluster.Nodes.Count == 4 ? 1 : 0);
        options.Failover.DropStandbyAfter = TimeSpan.FromSeconds(4);
        options.Failover.Replication.KeepSlots = areKept;
        return new HaDataSourceBuilder(options).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(_log)))).Build();
    }

    /// <summary>Six segments, each followed by a checkpoint (at standbys a restartpoint) that removes what nothing keeps.</summary>
    private static async Task WriteSegmentsAsync(PostgresNode primary, params PostgresNode[] standbys)
    {
        for (var i = 0; i < 6; i++)
        {
            await primary.ExecuteAsync("INSERT INTO written (filler) SELECT repeat('x', 1000) FROM generate_series(1, 100)", Cancelled);
            await primary.ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
            var written = await primary.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_current_wal_flush_lsn()", Cancelled);
            foreach (var standby in standbys)
                await UntilAsync("the replay", async () => await standby.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_last_wal_replay_lsn()", Cancelled) >= written);
            foreach (var node in standbys.Prepend(primary))
                await node.ExecuteAsync("CHECKPOINT", Cancelled);
        }
    }

    private static async Task SwitchOverAsync(HaDataSource db)
    {
        var result = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.True(result.Succeeded, result.Reason);
    }

    private static Task<string?> SlotsAsync(PostgresCluster cluster, string node) =>
        cluster[node].ScalarAsync<string>("SELECT coalesce(string_agg(slot_name, ' ' ORDER BY slot_name), '') FROM pg_replication_slots WHERE slot_type = 'physical'", Cancelled);

    private static Task<NpgsqlLogSequenceNumber> KeptFromAsync(PostgresCluster cluster) =>
        cluster["n2"].ScalarAsync<NpgsqlLogSequenceNumber>("SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = 'haconnect_n4'", Cancelled);

    /// <summary>The number of the oldest segment that the node still has, on whatever timeline.</summary>
    private static async Task<ulong> OldestAsync(PostgresNode node) =>
        Convert.ToUInt64(await node.ScalarAsync<string>("SELECT min(substr(name, 9, 8) || substr(name, 23, 2)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'", Cancelled), 16);
}

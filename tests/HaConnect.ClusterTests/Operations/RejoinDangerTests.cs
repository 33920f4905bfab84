using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations;

/// <summary>Rejoins in which the obvious way would lose acked writes, or mix two histories.</summary>
public sealed class RejoinDangerTests : ClusterTest
{
    /// <summary>
    /// n2 and n3 are promoted at one position: their timelines have one number, and history files that are equal. Whoever followed n3 is a standby of
    /// another history than n2's, and would be started behind it without complaint.
    /// </summary>
    [Fact]
    public async Task RunAsync_StandbyOfATwinPromotedAtTheSamePosition_IsRebuilt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3, SynchronousStandbys = 0 });
        await StopWithOnePositionAsync(cluster, "n1");
        await PromoteAsync(cluster["n2"]);
        await PromoteAsync(cluster["n3"]);
        await FollowAsync(cluster["n4"], cluster["n3"]);
        await cluster["n3"].ExecuteAsync("INSERT INTO story VALUES (3)", Cancelled);
        await UntilAsync("the twin's row", async () => await SumAsync(cluster["n4"]) == 3);
        Assert.Equal(await HistoryAsync(cluster["n2"]), await HistoryAsync(cluster["n4"]));
        await cluster["n3"].KillAsync(Cancelled);
        await cluster.RejoinAsync(cluster["n1"], Cancelled); // a majority has to answer
        for (var i = 0; i < 40; i++)
            await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (50)", Cancelled); // further than the twin

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n4"], discards: false, Cancelled));
        Assert.Contains("n4 has 1 commits after", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, await SumAsync(cluster["n4"])); // as it was
        var result = await cluster.RejoinAsync(cluster["n4"], Cancelled);

        Assert.Equal(RejoinMethod.BaseBackup, result.Method);
        Assert.Contains("another node has taken them as well", result.Reason, StringComparison.Ordinal);
        await UntilAsync("equal data", async () => await SumAsync(cluster["n4"]) == 2000);
    }

    /// <summary>A commit of the twin's lies before the position at which the primary left its timeline of the same number: it is counted all the same.</summary>
    [Fact]
    public async Task RunAsync_TwinOfAnOlderNumber_IsRefusedForWhatItHasOfItsOwn()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await StopWithOnePositionAsync(cluster, "n1");
        await PromoteAsync(cluster["n2"]);
        await PromoteAsync(cluster["n3"]);
        await cluster["n3"].ExecuteAsync("INSERT INTO story VALUES (3)", Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await cluster["n2"].ExecuteAsync("INSERT INTO story SELECT 1 FROM generate_series(1, 2000)", Cancelled);
        await UntilAsync("the rows", async () => await SumAsync(cluster["n1"]) == 2000);
        await cluster["n2"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n1"]);

        // n2 is away too, so that too few answer: it comes back first.
        await cluster.RejoinAsync(cluster["n2"], Cancelled);
        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n3"], discards: false, Cancelled));

        Assert.Contains("n3 has 1 commits after", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RejoinMethod.BaseBackup, (await cluster.RejoinAsync(cluster["n3"], Cancelled)).Method);
        await UntilAsync("equal data", async () => await SumAsync(cluster["n3"]) == 2000);
    }

    /// <summary>It has received more than the node that was promoted, as happens where a failover by hand takes the wrong one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_AsynchronousStandbyBeyondTheFork_IsRefusedThenRewound(bool wasStopped)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await TellAsync(cluster);
        await cluster["n2"].BlockReplicationAsync(Cancelled);
        await cluster["n1"].ExecuteAsync("INSERT INTO story VALUES (3)", Cancelled);
        await UntilAsync("the row", async () => await SumAsync(cluster["n3"]) == 3);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (5)", Cancelled);
        if (!wasStopped)
            await cluster["n3"].KillAsync(Cancelled);

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n3"], discards: false, Cancelled));
        Assert.Contains("n3 has 1 commits after", refused.Message, StringComparison.Ordinal);
        var result = await cluster.RejoinAsync(cluster["n3"], Cancelled);

        // A standby that was killed has to be recovered first, which pg_rewind cannot do with one.
        Assert.Equal(wasStopped ? RejoinMethod.Rewind : RejoinMethod.BaseBackup, result.Method);
        await UntilAsync("equal data", async () => await SumAsync(cluster["n3"]) == 5);
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (10)", Cancelled);
        await UntilAsync("it follows", async () => await SumAsync(cluster["n3"]) == 15);
    }

    [Fact]
    public async Task RunAsync_OthersOutOfReach_IsRefusedWhereALaterPrimaryMayBeAmongThem()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3, SynchronousStandbys = 0 });
        await TellAsync(cluster);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await cluster["n4"].KillAsync(Cancelled);
        await cluster["n3"].FreezeAsync(Cancelled); // takes connections and does not answer

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled));
        Assert.Contains("1 of the 3 other nodes answer", refused.Message, StringComparison.Ordinal);
        Assert.Contains("n3 does not answer", refused.Message, StringComparison.Ordinal);
        await cluster["n3"].ThawAsync(Cancelled);
        Assert.Equal(RejoinMethod.Rewind, (await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled)).Method);
        await UntilAsync("it follows", () => FollowsAsync(cluster, "n2", "n1"));

        // With the primary itself away there is nobody to follow, and nothing is touched.
        await cluster["n2"].FreezeAsync(Cancelled);
        var nobody = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n4"], Cancelled));
        Assert.Contains("there is none", nobody.Message, StringComparison.Ordinal);
        await cluster["n2"].ThawAsync(Cancelled);
        Assert.Equal(RejoinMethod.Start, (await cluster.RejoinAsync(cluster["n4"], discards: false, Cancelled)).Method);
    }

    /// <summary>The fork lies just behind the beginning of a file of WAL: what comes before in that file proves nothing, and what is in the one before does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_ForkJustBehindASwitchOfFiles_LooksFurtherBack(bool isGone)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await TellAsync(cluster);
        await cluster["n1"].ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
        await cluster["n1"].ExecuteAsync("CHECKPOINT", Cancelled);
        await StopWithOnePositionAsync(cluster, "n1", tells: false);
        await PromoteAsync(cluster["n2"]);
        if (isGone)
            DeleteBefore(cluster["n2"], timeline: 1, ForkOf(await HistoryAsync(cluster["n2"])));

        // The first timeline has no twin, so that what is on n1 alone can be counted in any case.
        var result = await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled);

        Assert.Equal(isGone ? RejoinMethod.BaseBackup : RejoinMethod.Rewind, result.Method);
        Assert.Contains(isGone ? "is gone, or too little" : "the same WAL up to", result.Reason, StringComparison.Ordinal);
        await UntilAsync("it follows", () => FollowsAsync(cluster, "n2", "n1"));
    }

    /// <summary>A later timeline can have a twin: where nothing shows any more that it has none, nobody decides but the operator.</summary>
    [Fact]
    public async Task RunAsync_WalOfALaterTimelineIsGone_IsRefused()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await StopWithOnePositionAsync(cluster, "n1");
        await PromoteAsync(cluster["n2"]);
        await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
        await cluster["n2"].ExecuteAsync("CHECKPOINT", Cancelled);
        await StopWithOnePositionAsync(cluster, "n2", tells: false);
        await PromoteAsync(cluster["n1"]);
        DeleteBefore(cluster["n1"], timeline: 2, ForkOf((await cluster["n1"].ScalarAsync<string>("SELECT pg_read_file('pg_wal/00000003.history')", Cancelled))!.Trim().Split('\n')[^1]));

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n2"], discards: false, Cancelled));

        Assert.Contains("cannot be told: the WAL is gone", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RejoinMethod.BaseBackup, (await cluster.RejoinAsync(cluster["n2"], Cancelled)).Method);
    }

    /// <summary>pg_waldump would take the damage for the end of the WAL, and count no commit behind it.</summary>
    [Fact]
    public async Task RunAsync_DamagedWalBehindTheFork_IsRefused()
    {
        var (cluster, fork) = await ForkAsync();
        var node = cluster["n1"];
        for (var i = 0; i < 300; i++)
            await node.ExecuteAsync("INSERT INTO story VALUES (1)", Cancelled);
        await node.KillAsync(Cancelled);
        using (var file = File.OpenHandle(Path.Combine(node.DataDirectory, "pg_wal", "00000001" + "00000000" + $"{fork >> 24:X8}"), FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.Write(file, new byte[64], (long)(fork & 0xFFFFFF) + 8);

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(node, discards: false, Cancelled));

        Assert.Contains("cannot be told", refused.Message, StringComparison.Ordinal);
        await cluster.RejoinAsync(node, Cancelled);
        await UntilAsync("equal data", async () => await SumAsync(node) == 0);
    }

    /// <summary>Whoever was told that a transaction is prepared has been promised that it can be committed.</summary>
    [Fact]
    public async Task RunAsync_PreparedTransactionBehindTheFork_IsRefused()
    {
        var (cluster, _) = await ForkAsync();
        await cluster["n1"].ExecuteAsync("BEGIN; INSERT INTO story VALUES (1); PREPARE TRANSACTION 'promised'", Cancelled);

        var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled));

        Assert.Contains("n1 has 0 commits and 1 prepared transactions after", refused.Message, StringComparison.Ordinal);
        Assert.Equal("promised", await cluster["n1"].ScalarAsync<string>("SELECT gid FROM pg_prepared_xacts", Cancelled));
    }

    /// <summary>Killed while it copies a file that is many times as large as what it had copied before.</summary>
    [Fact]
    public async Task RunAsync_PgRewindKilledMidway_SucceedsTheNextTime()
    {
        var (cluster, _) = await ForkAsync();
        var node = cluster["n1"];
        await node.ExecuteAsync("ALTER SYSTEM SET work_mem = '7MB'", Cancelled);
        await cluster["n2"].ExecuteAsync("CREATE TABLE large AS SELECT i, repeat('x', 1000) FROM generate_series(1, 150000) i", Cancelled);
        await cluster["n2"].ExecuteAsync("CHECKPOINT", Cancelled);
        var file = (await cluster["n2"].ScalarAsync<string>("SELECT pg_relation_filepath('large')", Cancelled))!;
        var (whole, target) = (new FileInfo(Path.Combine(cluster["n2"].DataDirectory, file)).Length, new FileInfo(Path.Combine(node.DataDirectory, file)));
        using var kill = new CancellationTokenSource();

        var rejoining = cluster.RejoinAsync(node, discards: false, kill.Token);
        await UntilAsync("a file half copied", () =>
        {
            target.Refresh();
            Assert.False(rejoining.IsCompleted, $"it was faster than the test: {(rejoining.IsCompletedSuccessfully ? rejoining.Result.Reason : rejoining.Exception?.Message)}");
            return Task.FromResult(target is { Exists: true, Length: > 0 });
        });
        await kill.CancelAsync(); // SIGKILL to the program
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rejoining);

        target.Refresh();
        Assert.True(target.Length < whole, $"{target.Length} of {whole} bytes: it had ended");
        Assert.True(File.Exists(node.DataDirectory + ".haconnect-rewinding"));
        var result = await cluster.RejoinAsync(node, discards: false, Cancelled);
        Assert.Equal(RejoinMethod.BaseBackup, result.Method);
        Assert.Contains("a pg_rewind of n1 was interrupted", result.Reason, StringComparison.Ordinal);
        await UntilAsync("equal data", () => node.ScalarAsync<bool>("SELECT count(*) = 150000 FROM large", Cancelled));
        Assert.Equal(("n1", "7MB"), (await node.ScalarAsync<string>("SHOW cluster_name", Cancelled), await node.ScalarAsync<string>("SHOW work_mem", Cancelled)));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(node.DataDirectory)!), p => Path.GetFileName(p).StartsWith("n1.haconnect-", StringComparison.Ordinal));
    }

    /// <summary>n2 is promoted while n1 goes on; nothing is on n1 alone yet.</summary>
    private async Task<(PostgresCluster Cluster, ulong Fork)> ForkAsync()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0, Settings = { ["max_prepared_transactions"] = "5", ["autovacuum"] = "off" } });
        await TellAsync(cluster);
        await PromoteAsync(cluster["n2"]);
        return (cluster, ForkOf(await HistoryAsync(cluster["n2"])));
    }

    /// <summary>As PostgreSQL does with WAL that it needs no more.</summary>
    private static void DeleteBefore(PostgresNode node, int timeline, ulong position)
    {
        var kept = $"{timeline:X8}{position >> 32:X8}{(position & 0xFFFFFFFF) >> 24:X8}";
        foreach (var file in Directory.EnumerateFiles(Path.Combine(node.DataDirectory, "pg_wal"), $"{timeline:X8}*").Where(f => Path.GetFileName(f).Length == 24 && string.CompareOrdinal(Path.GetFileName(f), kept) < 0))
            File.Delete(file);
    }

    /// <param name="line">Of a history file: number, position, reason.</param>
    private static ulong ForkOf(string line) => (ulong)NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(line.Split('\t')[1]);

    private static async Task TellAsync(PostgresCluster cluster)
    {
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        foreach (var node in cluster.Nodes)
            await UntilAsync($"the table at {node.Name}", () => node.ScalarAsync<bool>("SELECT to_regclass('story') IS NOT NULL", Cancelled));
    }

    /// <summary>All others have exactly what it has.</summary>
    private static async Task StopWithOnePositionAsync(PostgresCluster cluster, string primary, bool tells = true)
    {
        if (tells)
            await TellAsync(cluster);
        await cluster[primary].StopAsync(cancellationToken: Cancelled); // fast: its standbys receive everything first
        var others = cluster.Nodes.Where(n => n.Name != primary).ToList();
        await UntilAsync("one position", async () => (await Task.WhenAll(others.Select(n => n.ScalarAsync<string>("SELECT pg_last_wal_replay_lsn()::text", Cancelled)))).Distinct(StringComparer.Ordinal).Count() == 1);
    }

    private static async Task FollowAsync(PostgresNode standby, PostgresNode upstream)
    {
        var conninfo = await standby.ScalarAsync<string>("SHOW primary_conninfo", Cancelled);
        await standby.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{conninfo} port={upstream.Port}'", Cancelled);
        await standby.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
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

    private static async Task<string> HistoryAsync(PostgresNode node) =>
        (await node.ScalarAsync<string>("SELECT pg_read_file('pg_wal/00000002.history')", Cancelled))!;

    private static Task<bool> FollowsAsync(PostgresCluster cluster, string primary, string standby) =>
        cluster[primary].ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{standby}' AND state = 'streaming')", Cancelled);

    private static Task<long> SumAsync(PostgresNode node) => node.ScalarAsync<long>("SELECT coalesce(sum(line), 0) FROM story", Cancelled);
}

using HaConnect.Failover;
using HaConnect.Operations;
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

    /// <summary>A node that was promoted itself is rewound, too, where its WAL shows that the primary comes from it.</summary>
    [Fact]
    public async Task RejoinAsync_OldPrimaryOfALaterTimeline_Rewinds()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        string[] order = ["n1", "n2", "n1", "n2"];
        for (int round = 1; round < order.Length; round++)
        {
            PostgresNode old = cluster[order[round - 1]];
            await old.ExecuteAsync("INSERT INTO story VALUES (1)", Cancelled);
            await UntilAsync("the row", async () => await RowsAsync(cluster[order[round]]) == await RowsAsync(old));
            await old.KillAsync(Cancelled);
            await PromoteAsync(cluster[order[round]]);
            RejoinResult result = await cluster.RejoinAsync(old, Cancelled);
            Assert.Equal((RejoinMethod.Rewind, round + 1, order[round]), (result.Method, result.Timeline, result.Primary));
        }

        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(cluster["n1"].DataDirectory)!), p => Path.GetExtension(p) is ".haconnect-old" or ".haconnect-new" or ".haconnect-own" or ".haconnect-rewinding");
    }

    /// <summary>Its timeline 2 is older than the primary's 3, which comes from a timeline 2, but from another one.</summary>
    [Fact]
    public async Task RejoinAsync_TwinOfAnOlderNumber_TakesABaseBackup()
    {
        PostgresCluster cluster = await StartClusterAsync(Asynchronous);
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await WaitForTableAsync(cluster["n3"]);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await PromoteAsync(cluster["n3"]);
        await cluster["n3"].ExecuteAsync("INSERT INTO story SELECT generate_series(1, 2000)", Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (2)", Cancelled);
        await UntilAsync("the row", async () => await RowsAsync(cluster["n1"]) == 2);
        await cluster["n2"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n1"]);

        RejoinResult result = await cluster.RejoinAsync(cluster["n3"], Cancelled);

        Assert.Equal((RejoinMethod.BaseBackup, 3), (result.Method, result.Timeline));
        Assert.Contains("only have the number in common", result.Reason, StringComparison.Ordinal);
        await UntilAsync("equal data", async () => await RowsAsync(cluster["n3"]) == 2);
    }

    [Fact]
    public async Task RejoinAsync_StandbyThatWasAway_IsOnlyStarted()
    {
        PostgresCluster cluster = await StartClusterAsync(Asynchronous);
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await WaitForTableAsync(cluster["n3"]);
        await cluster["n3"].KillAsync(Cancelled);
        await cluster["n1"].KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (5)", Cancelled);

        Assert.Equal(RejoinMethod.Start, (await cluster.RejoinAsync(cluster["n3"], Cancelled)).Method);

        await UntilAsync("equal data", async () => await RowsAsync(cluster["n3"]) == 5);
        Assert.Equal("n3 follows n2 already", (await cluster.RejoinAsync(cluster["n3"], Cancelled)).Reason);

        // On a timeline that could have a twin: its WAL is the primary's. And what an interrupted rejoin has left goes once the node streams.
        await cluster["n3"].KillAsync(Cancelled);
        await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled);
        string left = Directory.CreateDirectory(cluster["n3"].DataDirectory + ".haconnect-old").FullName;
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (2)", Cancelled);
        RejoinResult again = await cluster.RejoinAsync(cluster["n3"], discards: false, Cancelled);
        Assert.Equal((RejoinMethod.Start, "n3 was a standby on timeline 2, which is the primary's"), (again.Method, again.Reason));
        Assert.False(Directory.Exists(left));
        await UntilAsync("equal data", async () => await RowsAsync(cluster["n3"]) == 7);
    }

    /// <summary>What was left by a rejoin that ended halfway: a rewind under way, a base backup half taken, the former folder put aside.</summary>
    [Fact]
    public async Task RejoinAsync_AfterAnInterruption_TakesABaseBackupAndKeepsWhatIsTheNodesOwn()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        PostgresNode node = cluster["n1"];
        await node.ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await node.ExecuteAsync("SELECT pg_create_physical_replication_slot('left_over', true)", Cancelled);
        await node.KillAsync(Cancelled);
        await PromoteAsync(cluster["n2"]);
        await File.AppendAllTextAsync(Path.Combine(node.DataDirectory, "postgresql.auto.conf"), "haconnect.term = '1,i,established,1,n1,1,n1,n1'\nwork_mem = '7MB'\n", Cancelled);
        Directory.Move(node.DataDirectory, node.DataDirectory + ".haconnect-old");
        Directory.CreateDirectory(node.DataDirectory + ".haconnect-new");
        await File.WriteAllTextAsync(node.DataDirectory + ".haconnect-rewinding", "", Cancelled);

        RejoinResult result = await cluster.RejoinAsync(node, Cancelled);

        Assert.Equal(RejoinMethod.BaseBackup, result.Method);
        Assert.Equal(("7MB", "1,i,established,1,n1,1,n1,n1", "n1"), (await node.ScalarAsync<string>("SHOW work_mem", Cancelled), await node.ScalarAsync<string>("SELECT setting FROM pg_file_settings WHERE name = 'haconnect.term'", Cancelled), await node.ScalarAsync<string>("SHOW cluster_name", Cancelled)));
        Assert.True(await node.ScalarAsync<bool>("SELECT array_agg(slot_name::text) = '{left_over}' AND bool_and(restart_lsn IS NULL) FROM pg_replication_slots", Cancelled));
        Assert.Equal(["Replication slot left_over of n1 was created again, empty."], result.Notes);
        Assert.False(Directory.Exists(node.DataDirectory + ".haconnect-old") || Directory.Exists(node.DataDirectory + ".haconnect-new") || File.Exists(node.DataDirectory + ".haconnect-rewinding"));
    }

    /// <summary>A folder given by mistake, and one that somebody has put aside by hand: neither is touched.</summary>
    [Fact]
    public async Task RunAsync_FoldersThatAreNotItsOwn_AreLeftAlone()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        PostgresNode node = cluster["n2"];
        await node.KillAsync(Cancelled);
        string aside = node.DataDirectory + ".old";
        Directory.Move(node.DataDirectory, aside);
        Directory.CreateDirectory(node.DataDirectory);
        string other = Path.Combine(node.DataDirectory, "somebody.else");
        await File.WriteAllTextAsync(other, "", Cancelled);

        RejoinRefusedException refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(node, Cancelled));
        Assert.Contains("is not empty and holds no data folder", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(other));

        File.Delete(other);
        Directory.Delete(node.DataDirectory);
        Directory.Move(aside, node.DataDirectory);
        Directory.CreateDirectory(aside);
        await cluster.RejoinAsync(node, Cancelled);
        Assert.True(Directory.Exists(aside));
    }

    /// <summary>Asynchronous: what only the old primary holds may have been acked. It is refused, and the server goes on as it was.</summary>
    [Fact]
    public async Task RunAsync_CommitsThatOnlyThisNodeHas_IsRefusedUnlessNamed()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        PostgresNode node = cluster["n1"];
        await node.ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await WaitForTableAsync(cluster["n2"]);
        await PromoteAsync(cluster["n2"]);
        for (int i = 0; i < 3; i++)
            await node.ExecuteAsync("INSERT INTO story VALUES (1)", Cancelled);

        RejoinRefusedException refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(node, discards: false, Cancelled));

        Assert.Matches("^n1 has [0-9]+ commits after 0/[0-9A-F]+ that n2 does not have.*DiscardAckedWritesOf = n1", refused.Message);
        Assert.Equal(3, await RowsAsync(node));
        Assert.Equal(RejoinMethod.Rewind, (await cluster.RejoinAsync(node, Cancelled)).Method);
    }

    /// <summary>Nobody may be brought back onto a primary whose term is not established, nor one that may hold what no other has.</summary>
    [Fact]
    public async Task RunAsync_TermsThatSpeakAgainstIt_IsRefused()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await cluster["n1"].ExecuteAsync(ControlSql.CreateSchema, Cancelled);
        await cluster["n1"].ExecuteAsync("INSERT INTO haconnect.term VALUES (1, 'n1', '{}', 1, '{n1,n2}', 'postgres', 'i', 'Bootstrap', now(), '0/1', now())", Cancelled);
        await UntilAsync("the row", async () => await cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('haconnect.term') IS NOT NULL", Cancelled));
        Assert.Contains("n1 is itself the primary of term 1", await RefusedAsync("n1"), StringComparison.Ordinal);

        await PromoteAsync(cluster["n2"]);
        Assert.Contains("n1 is itself the primary of term 1", await RefusedAsync("n1"), StringComparison.Ordinal); // n2's own term is still to come
        await cluster["n2"].ExecuteAsync("INSERT INTO haconnect.term VALUES (2, 'n2', '{}', 1, '{n1,n2}', 'postgres', 'i', 'Failover', now())", Cancelled);
        Assert.Contains("Term 2 is not established yet", await RefusedAsync("n1"), StringComparison.Ordinal);
        await cluster["n2"].ExecuteAsync("UPDATE haconnect.term SET established_lsn = '0/2', established_at = now() WHERE term = 2", Cancelled);

        await File.AppendAllTextAsync(Path.Combine(cluster["n1"].DataDirectory, "postgresql.auto.conf"), "haconnect.term = '4,i,promised,3,n1,2,n2,n1'\n", Cancelled);
        Assert.Contains("may have been promoted in term 3", await RefusedAsync("n1"), StringComparison.Ordinal);
        await File.AppendAllTextAsync(Path.Combine(cluster["n1"].DataDirectory, "postgresql.auto.conf"), "haconnect.term = '4,i,promised,2,n2,2,n2,n1'\n", Cancelled);
        Assert.Contains("n1 has promised term 4, but term 2 of n2 is the newest", await RefusedAsync("n1"), StringComparison.Ordinal);
        Assert.Equal("n2", (await cluster.RejoinAsync(cluster["n1"], Cancelled)).Primary);

        async Task<string> RefusedAsync(string node) =>
            (await Assert.ThrowsAsync<RejoinRefusedException>(() => cluster.RejoinAsync(cluster[node], discards: false, Cancelled))).Message;
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

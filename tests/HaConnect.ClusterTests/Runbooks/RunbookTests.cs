using System.Globalization;
using HaConnect.ClusterTests.Cli;
using HaConnect.Testing;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Runbooks;

/// <summary>The commands of a written runbook, run to the letter on a real cluster.</summary>
public sealed class RunbookTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-runbook-");
    private readonly RecordingAuditSink _audit = new();

    [Fact]
    public async Task Runbook_PrimaryKilled_ItsCommandsFailOverAndBringItBack_AndHaConnectGoesOn()
    {
        var cluster = await StartClusterAsync();
        var passwords = await RunbookCommands.PassFileAsync(cluster);
        var options = ClusterOptions.Coordinate(cluster);
        (options.Failover.Replication.Password, options.Failover.Replication.PassFile) = (null, passwords);
        await using (var db = BuildAudited(options, _audit))
        {
            await UntilManagedAsync(db);
            await using var create = db.CreateCommand("CREATE TABLE story (line int PRIMARY KEY)");
            await create.ExecuteNonQueryAsync(Cancelled);
        }

        var settings = ToolRun.SettingsOf(cluster, _folder, o => (o.Failover.Replication.Password, o.Failover.Replication.PassFile) = (null, passwords));
        var file = Path.Combine(_folder.FullName, "runbook.md");
        var written = await ToolRun.InProcessAsync(settings, "runbook", "--file", file);
        Assert.True(written is { Code: 0, Output: "" }, written.ToString());
        var runbook = await File.ReadAllTextAsync(file, Cancelled);
        TestContext.Current.AddAttachment("runbook.md", runbook);
        foreach (var secret in (string[])[cluster.Superuser.Password, cluster.Control.Password, cluster.Replication.Password, cluster.Application.Password])
            Assert.DoesNotContain(secret, runbook, StringComparison.Ordinal);
        var commands = await RunbookCommands.OfAsync(runbook, passwords);

        // n3 alone has what is acked last, so that it is not the first one that will do.
        await cluster["n2"].BlockReplicationAsync(Cancelled);
        var acked = 0;
        for (; acked < 20; acked++)
            await AtApplicationAsync(cluster, "n1", $"INSERT INTO story VALUES ({acked})");
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].UnblockReplicationAsync(Cancelled);

        Assert.Contains("no server running", await commands.RunAsync("stop-old"), StringComparison.Ordinal);
        foreach (var standby in (string[])["n2", "n3"])
            await commands.RunAsync($"cut-off {standby}");
        var positions = new Dictionary<string, (long Term, ulong Received)>(StringComparer.Ordinal);
        foreach (var standby in (string[])["n2", "n3"])
        {
            string? before = null;
            await UntilAsync("a position that stays", async () =>
            {
                var cells = (await commands.RunAsync($"position {standby}")).Split('\n')[2].Split('|').Select(c => c.Trim()).ToArray();
                Assert.Equal(standby, cells[0]);
                positions[standby] = (long.Parse(cells[1], CultureInfo.InvariantCulture), (ulong)NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(cells[2]));
                var isSettled = cells[4..] is ["t", "f"] && (cells[2] == cells[3] || cells[3] == before);
                before = cells[3];
                return isSettled;
            });
        }

        var best = positions.MaxBy(p => (p.Value.Term, p.Value.Received)).Key;
        Assert.Equal("n3", best);
        await commands.RunAsync("names n3");
        await commands.RunAsync("promote n3");
        Assert.Contains("newest term known: 1", await commands.RunAsync("term n3"), StringComparison.Ordinal);
        await commands.RunAsync("repoint n2 n3");
        Assert.Contains("streaming", await commands.RunAsync("check n3"), StringComparison.Ordinal);
        await commands.RunAsync("establish n3");
        Assert.Equal(acked, await AtApplicationAsync(cluster, "n3", "SELECT count(*) FROM story"));
        await AtApplicationAsync(cluster, "n3", $"INSERT INTO story VALUES ({acked++})"); // acked by n2
        Assert.Equal(acked, await AtApplicationAsync(cluster, "n2", "SELECT count(*) FROM story"));

        await commands.RunAsync("rejoin n3");
        try
        {
            await UntilAsync("n1 streams", async () => await cluster["n3"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = 'n1' AND state = 'streaming')", Cancelled));
            Assert.Contains("n1", await commands.RunAsync("rejoined n3"), StringComparison.Ordinal);
            Assert.True(await cluster["n1"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));

            await using var again = BuildAudited(options, _audit);
            await UntilAsync("n3 is written to", () =>
            {
                again.Start();
                return Task.FromResult(again.Snapshot.Primary?.Name == "n3");
            });
            TestContext.Current.TestOutputHelper?.WriteLine(again.Snapshot.Describe());
            await UntilAsync("n1 may ack again, in a later term", async () => await cluster["n3"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM haconnect.term WHERE term > 2 AND 'n1' = ANY (synchronous_standbys) AND established_lsn IS NOT NULL)", Cancelled));
            await UntilAsync("its term", () => Task.FromResult(again.Snapshot.Term > 2));
            await using var write = again.CreateCommand($"INSERT INTO story VALUES ({acked++})");
            await write.ExecuteNonQueryAsync(Cancelled);
            var switched = await again.Cluster.SwitchoverAsync("n1", cancellationToken: Cancelled);
            Assert.True(switched.Succeeded, switched.Reason);
            Assert.Equal(acked, await AtApplicationAsync(cluster, "n1", "SELECT count(*) FROM story"));
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', _audit.Records.Select(r => $"{r.Step}: {r.Sentence}")));
            await StopByHandAsync(cluster["n1"]);
        }
    }

    /// <summary>What part B says of a promotion that is not on record, and of an old primary that comes back.</summary>
    [Fact]
    public async Task Runbook_PromotionNotOnRecord_IsNotTakenOver_AndIsOnceItIsOnRecord()
    {
        var cluster = await StartClusterAsync();
        var passwords = await RunbookCommands.PassFileAsync(cluster);
        await using (var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build())
            await UntilManagedAsync(db);
        var written = await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, _folder), "runbook");
        Assert.True(written.Code == 0, written.ToString());
        Assert.DoesNotContain(cluster.Replication.Password, written.Output, StringComparison.Ordinal);
        var commands = await RunbookCommands.OfAsync(written.Output, passwords);
        await cluster["n1"].KillAsync(Cancelled);
        foreach (var step in (string[])["cut-off n2", "cut-off n3", "names n2", "promote n2"])
            await commands.RunAsync(step);

        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.StartupGrace = TimeSpan.FromSeconds(1); // it has never seen n1
        await using var again = BuildAudited(options, _audit);
        again.Start();
        await UntilAsync("the refusal", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.StartsWith("failover refused: ", StringComparison.Ordinal))), TimeSpan.FromSeconds(90));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', _audit.Records.Select(r => $"{r.Step}: {r.Sentence}")));
        Assert.Null(again.Snapshot.Primary);
        Assert.Equal("term 1 belongs to n1, and n2 is out of recovery but not the established primary", again.Snapshot.Reason);

        await commands.RunAsync("term n2");
        await cluster["n3"].ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = 'host={cluster["n2"].Host} port={cluster["n2"].Port} user={cluster.Replication.User} password={cluster.Replication.Password} application_name=n3'", Cancelled);
        await cluster["n3"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await commands.RunAsync("establish n2");
        await UntilAsync("n2 is the primary", () => Task.FromResult(again.Snapshot is { Term: 2, Primary.Name: "n2" }));

        await cluster["n1"].StartAsync(Cancelled);
        await UntilAsync("the old one is fenced", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.StartsWith("fenced: n1, of an earlier term than ", StringComparison.Ordinal))));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', _audit.Records.Select(r => $"{r.Step}: {r.Sentence}")));
    }

    [Fact]
    public async Task Runbook_Restore_BringsBackAPointInTime_AndHaConnectBeginsAnew()
    {
        var backups = Directory.CreateTempSubdirectory("haconnect-backups-");
        (await UnixUser.ResolveAsync(Cancelled)).Own(backups.FullName);
        try
        {
            var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["archive_mode"] = "on", ["archive_command"] = $"cp \"%p\" \"{backups.FullName}/%f\"" } });
            var passwords = await RunbookCommands.PassFileAsync(cluster);
            var options = ClusterOptions.Coordinate(cluster);
            (options.Failover.Replication.Password, options.Failover.Replication.PassFile) = (null, passwords);
            await using (var db = new HaDataSourceBuilder(options).Build())
                await UntilManagedAsync(db);
            var written = await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, _folder, o => (o.Failover.Replication.Password, o.Failover.Replication.PassFile) = (null, passwords)), "runbook");
            Assert.True(written.Code == 0, written.ToString());
            Assert.Contains("archive_mode is on", written.Output, StringComparison.Ordinal);
            var commands = await RunbookCommands.OfAsync(written.Output, passwords);

            await cluster["n1"].ExecuteAsync("CREATE TABLE haconnect.commit_token AS SELECT 1 AS token", Cancelled); // the application's, where its database is the control database
            var backup = Path.Combine(backups.FullName, "base");
            await commands.RunAsServerAsync($"pg_basebackup -d 'host={cluster["n1"].Host} port={cluster["n1"].Port} user={cluster.Replication.User}' -D '{backup}' -c fast -X stream");
            await AtApplicationAsync(cluster, "n1", "CREATE TABLE story AS SELECT 1 AS line");
            var target = await cluster["n1"].ScalarAsync<string>("SELECT clock_timestamp()::text", Cancelled);
            await AtApplicationAsync(cluster, "n1", "INSERT INTO story VALUES (2)");
            var segment = await cluster["n1"].ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", Cancelled);
            await UntilAsync("it is archived", () => cluster["n1"].ScalarAsync<bool>($"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver", Cancelled));
            foreach (var node in cluster.Nodes)
                await node.StopAsync(StopMode.Immediate, Cancelled);

            try
            {
                await commands.RunAsync("restore", ("backup", backup), ("archive", backups.FullName), ("target", target!));
                await UntilAsync("the end of recovery", async () => (await commands.RunAsync("restored")).Contains(" f\n", StringComparison.Ordinal));
                Assert.Equal(1, await AtApplicationAsync(cluster, "n1", "SELECT count(*) FROM story"));
                foreach (var step in (string[])["forget", "forget-terms", "rebuild n2", "rebuild n3", "restored-names"])
                    await commands.RunAsync(step);
                Assert.Equal(0, await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_file_settings WHERE name LIKE 'recovery_target%' OR name = 'restore_command'", Cancelled)); // as the next recovery will have it

                await using var again = new HaDataSourceBuilder(options).Build();
                await UntilManagedAsync(again);
                Assert.Equal("n1", again.Snapshot.Primary!.Name);
                Assert.Equal(1, await cluster["n1"].ScalarAsync<long>("SELECT min(term) FROM haconnect.term", Cancelled));
                Assert.Equal(1, await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM haconnect.commit_token", Cancelled));
                await using var write = again.CreateCommand("INSERT INTO story VALUES (3)");
                await write.ExecuteNonQueryAsync(Cancelled);
                Assert.True((await again.Cluster.SwitchoverAsync("n3", cancellationToken: Cancelled)).Succeeded);
                Assert.Equal(2, await AtApplicationAsync(cluster, "n3", "SELECT count(*) FROM story"));
            }
            finally
            {
                foreach (var node in cluster.Nodes)
                    await StopByHandAsync(node);
            }
        }
        finally
        {
            backups.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Runbook_PrimaryGoesOnAlone_NoCoordinatorActs_AndItDoesOnceTheNamesAreBack()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        await using (var db = new HaDataSourceBuilder(options).Build())
            await UntilManagedAsync(db);
        var written = await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, _folder), "runbook");
        var commands = await RunbookCommands.OfAsync(written.Output, await RunbookCommands.PassFileAsync(cluster));
        var strange = await ToolRun.InProcessAsync(ToolRun.SettingsOf(cluster, _folder, o => o.Nodes[2].Name = "db3"), "runbook");
        Assert.True(strange.Code == 64 && strange.Error.StartsWith("The cluster has n3 on record, and the settings name n1, n2, db3", StringComparison.Ordinal), strange.ToString());
        await cluster["n2"].KillAsync(Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await commands.RunAsync("alone");
        await AtApplicationAsync(cluster, "n1", "CREATE TABLE story AS SELECT 1 AS line"); // waits for nobody
        await cluster["n2"].StartAsync(Cancelled);
        await cluster["n3"].StartAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);

        await using var again = BuildAudited(options, _audit);
        again.Start();
        await UntilAsync("the refusal", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.StartsWith("this instance does not coordinate: n1 has synchronous_standby_names = ''", StringComparison.Ordinal))));
        Assert.Contains("streaming", await commands.RunAsync("not-alone"), StringComparison.Ordinal);
        await UntilAsync("a switchover", async () => (await again.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled)).Succeeded);
        Assert.Equal(1, await AtApplicationAsync(cluster, "n2", "SELECT count(*) FROM story"));
    }

    /// <summary>It was started by hand, so that its cluster does not know of it.</summary>
    private static async Task StopByHandAsync(PostgresNode node)
    {
        var pid = Path.Combine(node.DataDirectory, "postmaster.pid");
        if (!File.Exists(pid))
            return;
        var process = int.Parse((await File.ReadAllLinesAsync(pid, Cancelled))[0], CultureInfo.InvariantCulture);
        LibC.Signal(process, UnixSignal.Quit);
        await UntilAsync("its end", () => Task.FromResult(IsGone(process)));
    }

    private static bool IsGone(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true; // also one that ends while it is read
        }
    }

    private static async Task<int> AtApplicationAsync(PostgresCluster cluster, string node, string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster[node]));
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt32(await command.ExecuteScalarAsync(Cancelled) ?? 0, CultureInfo.InvariantCulture);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

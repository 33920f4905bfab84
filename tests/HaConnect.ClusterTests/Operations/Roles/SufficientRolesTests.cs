using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations.Roles;

/// <summary>With the roles that <c>init-roles</c> makes, and no other right, everything works.</summary>
public sealed class SufficientRolesTests : RolesTest
{
    [Fact]
    public async Task InitRoles_HostileNames_EveryFeatureWorksWithThem()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Witnesses = 1, ApplicationDatabase = RoleNames.Database, DataChecksums = true, Settings = { ["log_statement"] = "all" } });
        Assert.SkipWhen(cluster.MajorVersion < 15, "before PostgreSQL 15 the control user is a superuser");
        await MakeRolesAsync(cluster);
        var coordinating = ToolRun.SettingsOf(cluster, Folder, Coordinate);

        // The observer alone, before anybody coordinates.
        await using (var observer = new HaDataSourceBuilder(Options(cluster, Observe)).Build())
        {
            observer.Start();
            await UntilAsync("all is seen", () => Task.FromResult(observer.Snapshot.Primary?.Name == "n1" && observer.Snapshot.Nodes.All(n => n.Role == NodeRole.Primary || n.Lag is not null)));
        }

        // Term 1, with an audit trail and its copy.
        await using var file = AuditFile.Open(Path.Combine(Folder.FullName, "audit"));
        await using var db = new HaDataSourceBuilder(Options(cluster, Coordinate)).AddAuditSink(file).Build();
        await UntilManagedAsync(db);
        await using var table = AuditTable.Start(file, db);
        await CommitAsync(db, 1);

        // What only looks: with the control user, and with the observer.
        var observing = ToolRun.SettingsOf(cluster, Folder, Observe);
        await UntilAsync("the doctor finds nothing to warn of", async () => (await ToolAsync(coordinating, "doctor", "--fail-on", "warning")).Code == 0);
        Assert.DoesNotContain("rules-unseen", (await ToolAsync(coordinating, "doctor")).Output, StringComparison.Ordinal);
        foreach (var settings in (FileInfo[])[coordinating, observing])
        {
            await UntilAsync("explain knows where to", async () => (await ToolAsync(settings, "explain")).Code == 0);
            await UntilAsync("the doctor sees all", async () => (await ToolAsync(settings, "doctor")).Code == 0);
            await UntilAsync("status is well", async () => (await ToolAsync(settings, "status")).Code == 0);
            foreach (var check in (string[])["primary", "replicas", "lag", "coordinator", "slots"])
                await UntilAsync($"check {check} is OK", async () => (await ToolAsync(settings, "check", check)).Code == 0);
        }

        Assert.True(await db.Cluster.PauseFailoverAsync("work on the network", Cancelled));
        Assert.True(await db.Cluster.ResumeFailoverAsync(Cancelled));
        Assert.Equal(0, (await ToolAsync(coordinating, "node", "maintenance", "begin", "n3", "--reason", "a new disk")).Code);
        Assert.Equal(0, (await ToolAsync(coordinating, "node", "maintenance", "end", "n3")).Code);
        await UntilAsync("n3 is counted on again", async () => (await ToolAsync(coordinating, "status")).Code == 0);
        var switched = await ToolAsync(coordinating, "switchover", "n2");
        Assert.True(switched.Code == 0, switched.ToString());
        await CommitAsync(db, 2);
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await UntilAsync("the old primary follows", () => Task.FromResult(db.Snapshot is { Primary.Name: "n2" } s && s.Nodes.All(n => n.Name == "n2" || n.Lag is not null)));

        await cluster["n2"].KillAsync(Cancelled);
        await UntilAsync("a failover", () => Task.FromResult(db.Snapshot is { Primary: { Name: not "n2" } }), TimeSpan.FromSeconds(60));
        await CommitAsync(db, 3);
        await UntilAsync("the copy of the trail", () => Task.FromResult(table.CopiedUpTo >= file.Head.Seq));
        Assert.True((await AuditTable.VerifyAsync(db, file.Head.Chain, cancellationToken: Cancelled)).IsIntact);
        var story = await AuditTable.ReadAsync(db, cancellationToken: Cancelled);
        Assert.Equal(2, story.Count(e => e.Record.Sentence.StartsWith("promoted:", StringComparison.Ordinal)));
        TestContext.Current.TestOutputHelper?.WriteLine($"term {db.Snapshot.Term}, {db.Snapshot.Primary!.Name} is the primary; {story.Count} records in the copy of the trail");
    }

    /// <summary>By the tool; and no password is in the server's log, which has every statement.</summary>
    private async Task MakeRolesAsync(PostgresCluster cluster)
    {
        await using (var database = await OpenAsync(cluster, RoleNames.Database))
            await RunAsync(database, "CREATE TABLE kept (id int)");
        var settings = ToolRun.SettingsOf(cluster, Folder, o => o.ConnectionString = "Timeout=5");
        string[] arguments = [.. RoleNames.Arguments, "--hba-rules", "--audit-table", "--commit-token"];
        var made = await ApplyAsync(cluster, settings, arguments);
        TestContext.Current.TestOutputHelper?.WriteLine(made.ToString());
        Assert.True(made.Code == 0, made.ToString());
        var again = await ApplyAsync(cluster, settings, arguments);
        Assert.StartsWith("At n1 nothing was changed: the roles have all that they need.", again.Output, StringComparison.Ordinal);
        var witness = await ApplyAsync(cluster, settings, "--control", RoleNames.Control, "--witness", "w1");
        Assert.True(witness.Code == 0, witness.ToString());
        Assert.StartsWith("At w1 this was run:\n  CREATE ROLE \"ünïcode \\ name\" LOGIN;\n  GRANT CONNECT, CREATE ON DATABASE \"postgres\" TO \"ünïcode \\ name\"", witness.Output, StringComparison.Ordinal);

        var log = await cluster["n1"].ReadLogAsync(Cancelled) + await cluster["w1"].ReadLogAsync(Cancelled);
        Assert.Contains($"CREATE ROLE {RoleNames.Identifier(RoleNames.Control)} LOGIN PASSWORD 'SCRAM-SHA-256$4096:", log, StringComparison.Ordinal);
        foreach (var password in RoleNames.All.Select(RoleNames.PasswordOf))
        {
            Assert.DoesNotContain(password, log, StringComparison.Ordinal);
            Assert.DoesNotContain(password.Replace("'", "''", StringComparison.Ordinal), log, StringComparison.Ordinal);
        }

        foreach (var role in RoleNames.All)
        {
            await (await OpenAsync(cluster["n1"], cluster, role, RoleNames.PasswordOf(role), RoleNames.Database)).DisposeAsync();
            var wrong = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(cluster["n1"], cluster, role, RoleNames.PasswordOf(role) + "x", RoleNames.Database));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, wrong.SqlState);
        }

        await using (var database = await OpenAsync(cluster, RoleNames.Database))
            await RunAsync(database, $"ALTER TABLE kept OWNER TO {RoleNames.Identifier(RoleNames.Application)}");
        await UntilAsync("the roles at every standby", async () => (await Task.WhenAll(cluster.Nodes.Select(n => n.ScalarAsync<bool>(
            $"SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = {RoleNames.Literal(RoleNames.Control)}) AND to_regclass('haconnect_audit.trail') IS NOT NULL", Cancelled)))).All(seen => seen));
    }

    private static async Task CommitAsync(HaDataSource db, int id)
    {
        var resolved = new TransactionPolicy { Guarantee = CommitGuarantee.Resolved };
        var count = await db.ExecuteInTransactionAsync(
            async (connection, _, token) =>
            {
                await using var write = new NpgsqlCommand("INSERT INTO kept VALUES ($1)", connection) { Parameters = { new() { Value = id } } };
                await write.ExecuteNonQueryAsync(token);
                await using var read = new NpgsqlCommand("SELECT count(*)::int FROM kept", connection);
                return (int)(await read.ExecuteScalarAsync(token))!;
            },
            resolved, Cancelled);
        Assert.Equal(id, count);
    }

    private static async Task<ToolRun> ToolAsync(FileInfo settings, params string[] arguments)
    {
        var run = await ToolRun.InProcessAsync(settings, arguments);
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(' ', arguments)}: {run}");
        return run;
    }

    private static HaDatabaseOptions Options(PostgresCluster cluster, Action<HaDatabaseOptions> change)
    {
        var options = ClusterOptions.Coordinate(cluster);
        change(options);
        return options;
    }

    private static void Coordinate(HaDatabaseOptions options)
    {
        options.ConnectionString = new NpgsqlConnectionStringBuilder { Username = RoleNames.Application, Password = RoleNames.PasswordOf(RoleNames.Application), Database = RoleNames.Database }.ConnectionString;
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (RoleNames.Control, RoleNames.PasswordOf(RoleNames.Control));
    }

    private static void Observe(HaDatabaseOptions options)
    {
        Coordinate(options);
        options.Failover.Mode = FailoverMode.Observe;
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (RoleNames.Observer, RoleNames.PasswordOf(RoleNames.Observer));
    }
}

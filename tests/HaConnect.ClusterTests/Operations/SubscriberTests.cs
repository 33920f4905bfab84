using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations;

/// <summary>A subscriber whose tables differ in every way that is told of. Each statement is run as it stands, and then rows arrive.</summary>
public sealed class SubscriberTests : ClusterTest
{
    private const string Published = """
        CREATE SCHEMA "it's";
        CREATE TABLE "it's"."a "" table" (id int PRIMARY KEY, "new ""column" numeric(10,2), price text, made int GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE late (id int PRIMARY KEY);
        CREATE TABLE missing (id int PRIMARY KEY);
        CREATE TABLE computed (id int PRIMARY KEY, twice int);
        CREATE TABLE same (id int PRIMARY KEY, note text NOT NULL);
        CREATE PUBLICATION shop FOR TABLE "it's"."a "" table", computed, same;
        """;

    private const string There = """
        CREATE SCHEMA "it's";
        CREATE TABLE "it's"."a "" table" (id int PRIMARY KEY, price varchar(2), owed int NOT NULL, made int);
        CREATE TABLE late (id int PRIMARY KEY);
        CREATE TABLE computed (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE same (id int PRIMARY KEY, note text NOT NULL, more text, at timestamptz NOT NULL DEFAULT now());
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-subscriber-");

    [Fact]
    public async Task Compare_FindsEachDifferenceAndItsStatementsMendIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["wal_level"] = "logical" } });
        var node = cluster["n1"];
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await node.ExecuteAsync("CREATE DATABASE copy", Cancelled);
        await using var app = NpgsqlDataSource.Create(cluster.NodeConnectionString(node, cluster.Superuser, "app"));
        await using var copy = NpgsqlDataSource.Create(cluster.NodeConnectionString(node, cluster.Superuser, "copy"));
        await ExecuteAsync(app, Published);
        await ExecuteAsync(copy, There);
        var subscriber = cluster.NodeConnectionString(node, cluster.Application, "copy");
        var label = $"subscriber {node.Host}:{node.Port}/copy";
        Assert.Equal([$"subscriber-without-subscription@{label}"], await CodesAsync());

        // Of the same server, so that its slot has to be made beforehand.
        await ExecuteAsync(app, "SELECT pg_create_logical_replication_slot('copied', 'pgoutput')");
        await ExecuteAsync(copy, $"CREATE SUBSCRIPTION copied CONNECTION 'host={node.Host} port={node.Port} dbname=app user={cluster.Superuser.User} password={cluster.Superuser.Password}' PUBLICATION shop WITH (create_slot = false, slot_name = 'copied', copy_data = false, enabled = false)");
        await ExecuteAsync(app, "CREATE TABLE plain (id int); ALTER PUBLICATION shop ADD TABLE late, missing, plain");
        await ExecuteAsync(copy, "CREATE TABLE plain (id int)");
        var findings = await SubscriberDoctor.CompareAsync(db, subscriber, Cancelled);
        foreach (var finding in findings)
            TestContext.Current.TestOutputHelper?.WriteLine(finding.ToString());
        Assert.Equal(
            [
                "no-replica-identity@n1", $"subscriber-column-generated@{label}", $"subscriber-column-missing@{label}", $"subscriber-column-required@{label}", $"subscriber-column-type@{label}",
                $"subscriber-not-refreshed@{label}", $"subscriber-not-refreshed@{label}", $"subscriber-table-missing@{label}",
            ],
            Codes(findings));

        var settings = ToolRun.SettingsOf(cluster, _folder, o => o.Failover.Mode = FailoverMode.Observe);
        var passwordFile = Path.Combine(_folder.FullName, "passwords");
        await File.WriteAllTextAsync(passwordFile, $"*:*:*:{cluster.Application.User}:{cluster.Application.Password}\n", Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var told = await ToolRun.InProcessAsync(settings, "doctor", "--fail-on", "warning", "-o", "json", "--subscriber", $"Host={node.Host};Port={node.Port};Database=copy;Username={cluster.Application.User};Passfile={passwordFile}");
        Assert.Equal(1, told.Code);
        Assert.Equal(7, told.Json.GetProperty("findings").EnumerateArray().Count(f => f.GetProperty("code").GetString()!.StartsWith("subscriber-", StringComparison.Ordinal)));
        var refused = await ToolRun.InProcessAsync(settings, "doctor", "--subscriber", subscriber);
        Assert.Equal(64, refused.Code);
        Assert.DoesNotContain(cluster.Application.Password, refused.Output + refused.Error, StringComparison.Ordinal);

        // What is mended by hand first: a refresh fails while a table is missing.
        await ExecuteAsync(copy, "CREATE TABLE missing (id int PRIMARY KEY); ALTER TABLE computed ALTER COLUMN twice DROP EXPRESSION; ALTER SUBSCRIPTION copied ENABLE");
        foreach (var finding in findings.Where(f => f.Sql is not null))
        {
            foreach (var statement in finding.Sql!.Split('\n'))
                await ExecuteAsync(finding.RunAt == label ? copy : app, statement);
        }

        await UntilAsync("nothing is found", async () => (await CodesAsync()).Count == 0);
        await ExecuteAsync(app, """INSERT INTO "it's"."a "" table" VALUES (1, 2.5, 'much more'); INSERT INTO late VALUES (1); INSERT INTO missing VALUES (1); INSERT INTO computed VALUES (1, 3); INSERT INTO plain VALUES (1); UPDATE plain SET id = 2""");
        await UntilAsync("all of it has arrived", async () =>
        {
            await using var count = copy.CreateCommand("""SELECT (SELECT count(*) FROM "it's"."a "" table" WHERE price = 'much more') + (SELECT count(*) FROM late) + (SELECT count(*) FROM missing) + (SELECT count(*) FROM computed WHERE twice = 3) + (SELECT count(*) FROM plain WHERE id = 2)""");
            return await count.ExecuteScalarAsync(Cancelled) is 5L;
        });
        await ExecuteAsync(copy, "ALTER SUBSCRIPTION copied DISABLE");
        await ExecuteAsync(copy, "ALTER SUBSCRIPTION copied SET (slot_name = NONE)");
        await ExecuteAsync(copy, "DROP SUBSCRIPTION copied");

        Assert.Equal([$"subscriber-unreadable@subscriber {node.Host}:{node.Port}/nowhere"], Codes(await SubscriberDoctor.CompareAsync(db, cluster.NodeConnectionString(node, cluster.Application, "nowhere"), Cancelled)));

        async Task<List<string>> CodesAsync() => Codes(await SubscriberDoctor.CompareAsync(db, subscriber, Cancelled));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static List<string> Codes(IEnumerable<ClusterFinding> findings) => [.. findings.Select(f => $"{f.Code}@{f.Node}").Order(StringComparer.Ordinal)];

    private static async Task ExecuteAsync(NpgsqlDataSource at, string sql)
    {
        await using var command = at.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}

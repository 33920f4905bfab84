using System.Text.RegularExpressions;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Operations;

/// <summary>docs/operations/roles.sql, as it stands, on a real cluster: with its roles alone HaConnect observes, coordinates and fails over.</summary>
public sealed partial class RolesTests : ClusterTest
{
    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal)
    {
        ["app"] = "shop app",
        ["app_password"] = "it's a secret",
        ["app_database"] = "app",
        ["observer"] = "shop_observer",
        ["observer_password"] = "observed",
        ["control"] = "shop_control",
        ["control_password"] = "controlled",
        ["DBNAME"] = "postgres",
    };

    [Fact]
    public async Task Roles_ControlUser_EstablishesATermAndFailsOver()
    {
        PostgresCluster cluster = await StartWithRolesAsync();
        Assert.SkipWhen(cluster.MajorVersion < 15, "before PostgreSQL 15 the control user is a superuser");
        await using HaDataSource source = new HaDataSourceBuilder(Options(cluster)).Build();
        await using (NpgsqlConnection first = await source.OpenConnectionAsync(Cancelled))
        {
            await using NpgsqlCommand create = new("CREATE TABLE kept AS SELECT 1 AS id", first);
            await create.ExecuteNonQueryAsync(Cancelled);
        }

        await UntilAsync("term 1", () => Task.FromResult(source.Snapshot.Term == 1));
        string before = source.Snapshot.Primary!.Name;
        Assert.Equal("n1", before);
        await UntilAsync("the first term at every standby", async () => (await Task.WhenAll(cluster.Nodes.Skip(1).Select(n =>
            n.ScalarAsync<bool>("SELECT to_regclass('haconnect.term') IS NOT NULL", Cancelled)))).All(seen => seen));

        await cluster[before].KillAsync(Cancelled);

        await UntilAsync("a new primary", () => Task.FromResult(source.Snapshot is { Term: > 1, Primary: { Name: not "n1" } }));
        await using NpgsqlConnection second = await source.OpenConnectionAsync(Cancelled);
        await using NpgsqlCommand write = new("INSERT INTO kept VALUES (2); SELECT count(*) FROM kept", second);
        Assert.Equal(2L, await write.ExecuteScalarAsync(Cancelled));
    }

    [Fact]
    public async Task Roles_ObserverAndApplication_MaySeeAndMayNotAct()
    {
        PostgresCluster cluster = await StartWithRolesAsync();
        await using NpgsqlConnection observer = await OpenAsync(cluster, "observer");
        await using NpgsqlCommand see = new("SELECT status FROM pg_stat_wal_receiver", observer);
        Assert.Equal("streaming", await see.ExecuteScalarAsync(Cancelled));

        foreach (string role in (string[])["observer", "app"])
        {
            await using NpgsqlConnection connection = await OpenAsync(cluster, role);
            foreach (string act in (string[])["SELECT pg_promote(false)", "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"])
            {
                await using NpgsqlCommand command = new(act, connection);
                PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
            }
        }
    }

    private async Task<PostgresCluster> StartWithRolesAsync()
    {
        PostgresCluster cluster = await StartClusterAsync();
        if (cluster.MajorVersion < 15)
            return cluster;
        string script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), Cancelled);
        await cluster["n1"].ExecuteAsync(Substitute(script), Cancelled);

        // Only for the test's own table; in public since 15 only the database's owner may create.
        await using NpgsqlConnection owner = new(cluster.NodeConnectionString(cluster["n1"]));
        await owner.OpenAsync(Cancelled);
        await using NpgsqlCommand grant = new($"GRANT CREATE ON SCHEMA public TO \"{Variables["app"]}\"", owner);
        await grant.ExecuteNonQueryAsync(Cancelled);
        await UntilAsync("the roles at every standby", async () => (await Task.WhenAll(cluster.Nodes.Select(n =>
            n.ScalarAsync<bool>(
                $"SELECT has_parameter_privilege((SELECT oid FROM pg_roles WHERE rolname = '{Variables["control"]}'), 'haconnect.term', 'ALTER SYSTEM')", Cancelled)))).All(seen => seen));
        return cluster;
    }

    private static HaDatabaseOptions Options(PostgresCluster cluster)
    {
        HaDatabaseOptions options = new()
        {
            ConnectionString = new NpgsqlConnectionStringBuilder { Username = Variables["app"], Password = Variables["app_password"], Database = Variables["app_database"] }.ConnectionString,
        };
        foreach (PostgresNode node in cluster.Nodes)
            options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.ControlUsername = Variables["control"];
        options.Failover.ControlPassword = Variables["control_password"];
        options.Failover.RequiredSynchronousStandbys = 1;
        options.Failover.Replication.Username = cluster.Replication.User;
        options.Failover.Replication.Password = cluster.Replication.Password;
        return options;
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresCluster cluster, string role)
    {
        PostgresCredentials credentials = new(Variables[role], Variables[role + "_password"]);
        NpgsqlConnection connection = new(cluster.NodeConnectionString(cluster["n2"], credentials, "postgres"));
        await connection.OpenAsync(Cancelled);
        return connection;
    }

    /// <summary>What psql does with :"name" and :'name'.</summary>
    private static string Substitute(string script) => Variable().Replace(script, match =>
    {
        string quote = match.Groups["quote"].Value;
        return quote + Variables[match.Groups["name"].Value].Replace(quote, quote + quote, StringComparison.Ordinal) + quote;
    });

    [GeneratedRegex(""":(?<quote>["'])(?<name>\w+)\k<quote>""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}

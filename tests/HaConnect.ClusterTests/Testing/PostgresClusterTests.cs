using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Testing;

/// <summary>Bringing up clusters: what is there, who may do what.</summary>
public sealed class PostgresClusterTests : ClusterTest
{
    [Fact]
    public async Task StartAsync_ThreeNodes_StandbysStreamAndOneIsSynchronous()
    {
        PostgresCluster cluster = await StartClusterAsync();

        Assert.Equal("n1 n2 n3", string.Join(' ', cluster.Nodes.Select(n => n.Name)));
        Assert.Same(cluster["n1"], await cluster.GetPrimaryAsync(Cancelled));
        Assert.Equal("ANY 1 (\"n2\",\"n3\")", await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled));
        Assert.Equal("", await cluster["n2"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled));
        Assert.Equal("n2 streaming quorum,n3 streaming quorum",
            await cluster["n1"].ScalarAsync<string>("SELECT string_agg(application_name || ' ' || state || ' ' || sync_state, ',' ORDER BY application_name) FROM pg_stat_replication", Cancelled));
        Assert.Equal($"host=127.0.0.1 port={cluster["n1"].Port} user=replicator password={cluster.Replication.Password} application_name=n2",
            await cluster["n2"].ScalarAsync<string>("SHOW primary_conninfo", Cancelled));

        await using NpgsqlDataSource application = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using NpgsqlCommand create = application.CreateCommand("CREATE TABLE made (id int)");
        await create.ExecuteNonQueryAsync(Cancelled);
    }

    [Fact]
    public async Task StartAsync_Witnesses_AreServersOfTheirOwn()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, Witnesses = 1 });

        const string Identifier = "SELECT system_identifier FROM pg_control_system()";
        long primary = await cluster["n1"].ScalarAsync<long>(Identifier, Cancelled);
        Assert.Equal(primary, await cluster["n2"].ScalarAsync<long>(Identifier, Cancelled));
        Assert.NotEqual(primary, await cluster["w1"].ScalarAsync<long>(Identifier, Cancelled));
        await using NpgsqlConnection control = new(cluster.NodeConnectionString(cluster["w1"], cluster.Control));
        await control.OpenAsync(Cancelled);
    }

    [Fact]
    public async Task Control_LeastPrivileges_SufficeForWhatACoordinatorDoesAndForNoMore()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await using NpgsqlDataSource primary = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"], cluster.Control));
        await using NpgsqlDataSource standby = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n2"], cluster.Control));

        await RunAsync(primary, "CREATE SCHEMA haconnect", "CREATE TABLE haconnect.rule (term int)", "ALTER SYSTEM SET synchronous_standby_names = ''", "CHECKPOINT");
        await RunAsync(standby, "SET haconnect.term = ''", "ALTER SYSTEM SET haconnect.term = '1'", "SELECT name FROM pg_file_settings", "ALTER SYSTEM SET primary_conninfo = ''",
            "SELECT pg_reload_conf()", "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()", "SELECT pg_promote(true, 30)");

        PostgresException e = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(primary, "ALTER SYSTEM SET archive_command = 'true'"));
        Assert.True(cluster.MajorVersion < 15 || string.Equals(e.SqlState, PostgresErrorCodes.InsufficientPrivilege, StringComparison.Ordinal), e.Message);
    }

    [Fact]
    public async Task NodeConnectionString_WrongPassword_IsRefused()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await using NpgsqlConnection connection = new(cluster.NodeConnectionString(cluster["n1"], new PostgresCredentials(cluster.Application.User, "wrong")));

        PostgresException e = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancelled));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, e.SqlState);
    }

    [Fact]
    public async Task SaveLogsAsync_RunningCluster_WritesOneFilePerNode()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Witnesses = 1 });
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            await cluster.SaveLogsAsync(folder, Cancelled);

            Assert.Contains("ready to accept connections", await File.ReadAllTextAsync(Path.Combine(folder, "n1.log"), Cancelled), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder, "w1.log")));
            Assert.StartsWith("n1 primary, timeline 1", await cluster.DescribeAsync(Cancelled), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(NpgsqlDataSource source, params string[] statements)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancelled);
        foreach (string statement in statements)
        {
            await using NpgsqlCommand command = new(statement, connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }
}

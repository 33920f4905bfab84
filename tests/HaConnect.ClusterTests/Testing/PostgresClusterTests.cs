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
            await cluster["n1"].ScalarAsync<string>("SELECT string_agg(application_name || ' ' || state || ' ' || sync_state, ',' ORDER BY 1) FROM pg_stat_replication", Cancelled));
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
}

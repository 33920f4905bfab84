using HaConnect;
using HaConnect.Testing;

namespace TestingYourApplication;

/// <summary>A real cluster of three PostgreSQL servers on this machine, and the application's data source for it.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public HaDataSource Db { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartAsync(); // one primary, two standbys, of which one must flush each commit
        var options = new HaDatabaseOptions
        {
            ConnectionString = $"Username={Cluster.Application.User};Password={Cluster.Application.Password};Database=app",
            Failover =
            {
                Mode = FailoverMode.Coordinate, // as in production: this instance may promote a standby
                RequiredSynchronousStandbys = 1,
                ControlUsername = Cluster.Control.User,
                ControlPassword = Cluster.Control.Password,
                Replication = { Username = Cluster.Replication.User, Password = Cluster.Replication.Password },
            },
        };
        foreach (var node in Cluster.Nodes)
            options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        Db = new HaDataSourceBuilder(options).Build();
    }

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

using HaConnect.PostgresFacts;
using HaConnect.Testing;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace HaConnect.PostgresFacts;

/// <summary>n1 and its synchronous standby n2, for all facts that leave a cluster as it was.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1 }, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

using HaConnect.Testing;

namespace HaConnect.PostgresFacts;

/// <summary>n1 and its asynchronous standby n2, for the facts of one class that disturb them: each begins with <see cref="ReadyAsync"/>.</summary>
public sealed class PairCluster : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 }, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>Undoes what the fact before did to the servers.</summary>
    public async Task<PostgresCluster> ReadyAsync()
    {
        foreach (var node in Cluster.Nodes)
        {
            if (node.IsFrozen)
                await node.ThawAsync(TestContext.Current.CancellationToken);
            if (!node.IsRunning)
                await node.StartAsync(TestContext.Current.CancellationToken);
        }

        await Cluster.WaitUntilStreamingAsync(cancellationToken: TestContext.Current.CancellationToken);
        return Cluster;
    }
}

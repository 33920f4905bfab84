using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Compatibility;

/// <summary>
/// Npgsql's own multi-host data source over the configured nodes, for libraries that insist on one. It chooses by itself and remembers for ten seconds what it has seen of
/// a node: it is made to forget that when the topology changes.
/// </summary>
internal sealed class MultiHostSource(NpgsqlMultiHostDataSource hosts) : IAsyncDisposable
{
    internal NpgsqlDataSource Primary { get; } = hosts.WithTargetSession(TargetSessionAttributes.Primary);

    internal void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!TopologyWatch.Differs(before, after))
            return;
        hosts.ClearDatabaseStates();
        var was = before.PrimaryNode;
        if (was is not null && (!ReferenceEquals(was, after.PrimaryNode) || (after.RefusesWrites && !before.RefusesWrites) || before.Of(was)?.StartedAt != after.Of(was)?.StartedAt))
            _ = Task.Run(hosts.Clear); // closing writes to sockets: not on the prober's time
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync().ConfigureAwait(false);
        await hosts.DisposeAsync().ConfigureAwait(false);
    }
}

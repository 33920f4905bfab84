using HaConnect.Consistency;
using HaConnect.Routing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>Connections that their holder opens by itself: they lead to where they would go at the moment in which they are made.</summary>
internal sealed class UnopenedConnections(ConnectionOpener opener, NodePools pools, Causality causality)
{
    /// <exception cref="NoPrimaryException">There is no primary now, or writes to it are refused.</exception>
    internal NpgsqlConnection ForPrimary()
    {
        var node = (opener.Transaction is { } transaction ? opener.NodeOf(transaction) : null) ?? PrimaryNow();
        var connection = pools[node].Source.CreateConnection();
        return causality.Current is { } scope ? causality.FollowPrimary(scope, connection, node) : connection;
    }

    /// <summary>It cannot ask how far a replica is: where that matters, to the primary.</summary>
    /// <exception cref="NoReplicaException">No node can serve the read now.</exception>
    internal NpgsqlConnection ForRead(in ResolvedPolicy read)
    {
        if (BelongsAtThePrimary(read))
            return ForPrimary();
        var decision = opener.Decide(read.Demand);
        if (decision.Node is not { } node)
        {
            var explanation = opener.ExplainRead(read.Demand);
            throw new NoReplicaException($"No node can serve the read now; OpenReadConnectionAsync would wait where the fallback allows it. {explanation}", explanation.Snapshot, null);
        }

        opener.Routed(node, decision.Reason);
        return pools[node].Source.CreateConnection();
    }

    /// <summary>For an object-relational mapper, which must have a connection before it asks for one to be opened. Null where there is no node for it now.</summary>
    /// <param name="read">What it is to read; null where it writes.</param>
    internal UnopenedConnection? ForMapper(ResolvedPolicy? read)
    {
        var node = read is { } asked && !BelongsAtThePrimary(asked) ? opener.Decide(asked.Demand).Node : null;
        return (node ?? opener.Current.WritableNode) is { } to ? new UnopenedConnection(pools[to].Source.CreateConnection(), to) : null;
    }

    private bool BelongsAtThePrimary(in ResolvedPolicy read) => read.After is not null || (read.HeedsScope && causality.Current is not null) || opener.Transaction is not null;

    private Node PrimaryNow()
    {
        var snapshot = opener.Current;
        return snapshot switch
        {
            { RefusesWrites: true, Primary: { } primary } => throw new NoPrimaryException($"{primary.Name} cannot be used as the primary now; OpenConnectionAsync would wait. {snapshot.Describe()}", snapshot, isTransient: true, null),
            { PrimaryNode: { } node } => node,
            _ => throw new NoPrimaryException($"There is no primary now; OpenConnectionAsync would wait for one. {snapshot.Describe()}", snapshot, isTransient: true, null),
        };
    }
}

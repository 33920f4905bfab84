using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>One pool per node, by its index. Nodes are only ever added; the hot path reads one array.</summary>
internal sealed class NodePools(Func<Node, NpgsqlDataSource> createSource) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private volatile NodePool?[] _pools = [];
    private bool _isDisposed;

    internal NodePool this[Node node]
    {
        get
        {
            var pools = _pools;
            return node.Index < pools.Length && pools[node.Index] is { } pool ? pool : Add(node);
        }
    }

    /// <summary>
    /// Closes idle connections of nodes that went away or ceased to be primary, so that nobody is handed a connection to what the
    /// node was before, and of a primary to which new writes are refused; those in use are closed when they are returned.
    /// </summary>
    internal void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        foreach (var node in after.Nodes)
        {
            var earlier = node.Node.Index < before.Nodes.Count ? before.Nodes[node.Node.Index] : null;
            var wentAway = earlier?.Reachability is NodeReachability.Reachable or NodeReachability.Suspect && node.Reachability == NodeReachability.Unreachable;
            var stepped = ReferenceEquals(before.PrimaryNode, node.Node) && !ReferenceEquals(after.PrimaryNode, node.Node);
            var closed = after.RefusesWrites && !before.RefusesWrites && ReferenceEquals(after.PrimaryNode, node.Node);
            var restarted = earlier?.StartedAt is { } startedAt && startedAt != node.StartedAt;
            if ((wentAway || stepped || closed || restarted) && node.Node.Index < _pools.Length && _pools[node.Node.Index] is { } pool)
                _ = Task.Run(pool.Source.Clear); // closing writes to sockets: not on the prober's time
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _isDisposed = true;
        foreach (var pool in _pools)
        {
            if (pool is not null)
                await pool.DisposeAsync().ConfigureAwait(false);
        }
    }

    private NodePool Add(Node node)
    {
        lock (_lock)
        {
            if (node.Index < _pools.Length && _pools[node.Index] is { } existing)
                return existing;
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(HaDataSource)); // nobody would close it
            var pools = new NodePool?[Math.Max(_pools.Length, node.Index + 1)];
            _pools.CopyTo(pools, 0);
            var pool = new NodePool(node, createSource(node));
            pools[node.Index] = pool;
            _pools = pools;
            return pool;
        }
    }
}

using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>One pool per node, by its index; the hot path reads one array. A removed node keeps its place there, with a pool that opens nothing.</summary>
internal sealed class NodePools(Func<Node, NpgsqlDataSource> createSource) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private volatile NodePool?[] _pools = [];
    private NpgsqlDataSource? _closedSource;
    private bool _isDisposed;

    internal NodePool this[Node node]
    {
        get
        {
            var pools = _pools;
            return (uint)node.Index < (uint)pools.Length && pools[node.Index] is { } pool ? pool : Add(node);
        }
    }

    /// <summary>
    /// Closes idle connections of nodes that went away or ceased to be primary, so that nobody is handed a connection to what the
    /// node was before, and of a primary to which new writes are refused; those in use are closed when they are returned. The pools of
    /// nodes that were removed are closed for good.
    /// </summary>
    internal void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!after.HasNodesOf(before))
        {
            foreach (var node in before.Nodes.Where(n => after.Of(n.Node) is null))
                Close(node.Node);
        }

        foreach (var node in after.Nodes)
        {
            var earlier = before.Of(node.Node);
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
            return Put_NeedsLock(new NodePool(node, createSource(node)));
        }
    }

    /// <summary>A read that was routed there just before finds what is closed, and is routed again.</summary>
    private void Close(Node node)
    {
        lock (_lock)
        {
            var pool = node.Index < _pools.Length ? _pools[node.Index] : null;
            Put_NeedsLock(NodePool.Closed(node, _closedSource ??= CreateClosedSource()));
            if (pool is not null)
                _ = Task.Run(() => pool.CloseAsync().AsTask()); // closing writes to sockets: not on the prober's time
        }
    }

    private NodePool Put_NeedsLock(NodePool pool)
    {
        var pools = new NodePool?[Math.Max(_pools.Length, pool.Node.Index + 1)];
        _pools.CopyTo(pools, 0);
        pools[pool.Node.Index] = pool;
        _pools = pools;
        return pool;
    }

    private static NpgsqlDataSource CreateClosedSource()
    {
        var source = NpgsqlDataSource.Create("Host=removed");
        source.Dispose();
        return source;
    }
}

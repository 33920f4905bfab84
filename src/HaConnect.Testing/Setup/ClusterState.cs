using System.Net.Sockets;
using HaConnect.Testing.Processes;
using Npgsql;

namespace HaConnect.Testing.Setup;

/// <summary>What the data nodes say of themselves, asked at about one time.</summary>
internal sealed class ClusterState
{
    private readonly IReadOnlyList<NodeState> _nodes;

    private ClusterState(IReadOnlyList<NodeState> nodes) => _nodes = nodes;

    /// <exception cref="PostgresClusterException">No node is out of recovery.</exception>
    public NodeState Primary => _nodes.Where(node => node.IsPrimary).MaxBy(node => node.Timeline)
        ?? throw new PostgresClusterException($"No node is out of recovery: {this}");

    public static async Task<ClusterState> ObserveAsync(ClusterSetup setup, IEnumerable<PostgresNode> nodes, CancellationToken cancellationToken) =>
        new(await Task.WhenAll(nodes.Select(node => ObserveAsync(setup, node, cancellationToken))).ConfigureAwait(false));

    /// <returns>What stands against "all running standbys stream from the one primary on its timeline", or null.</returns>
    public string? StreamingProblem()
    {
        if (_nodes.Count(node => node.IsPrimary) != 1)
            return $"not exactly one primary: {this}";
        NodeState primary = Primary;
        return _nodes.Where(node => node != primary && node.Node is { IsRunning: true, IsFrozen: false })
            .Select(node => Problem(node, primary)).FirstOrDefault(problem => problem is not null);
    }

    public string? StreamingProblem(PostgresNode node) =>
        _nodes.Any(state => state.IsPrimary) ? Problem(_nodes.Single(state => state.Node == node), Primary) : ToString();

    public override string ToString() => string.Join("; ", _nodes);

    private string? Problem(NodeState node, NodeState primary) =>
        !node.IsStandby ? $"{node.Node.Name} is no standby: {this}"
        : node.Timeline != primary.Timeline ? $"{node.Node.Name} receives timeline {node.Timeline}, not the primary's {primary.Timeline}: {this}"
        : !primary.Followers.Contains(node.Node.Name, StringComparer.Ordinal) ? $"{primary.Node.Name} streams to [{string.Join(", ", primary.Followers)}], not to {node.Node.Name}: {this}"
        : null;

    private static async Task<NodeState> ObserveAsync(ClusterSetup setup, PostgresNode node, CancellationToken cancellationToken)
    {
        if (!node.IsRunning || node.IsFrozen)
            return new NodeState(node, node.IsRunning ? "frozen" : "stopped", null, [], null);
        using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(2), TimeProvider.System);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await AskAsync(setup, node, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new NodeState(node, "not answering", null, [], e.Message);
        }
    }

    private static async Task<NodeState> AskAsync(ClusterSetup setup, PostgresNode node, CancellationToken cancellationToken)
    {
        // The timeline of a primary is in the name of the WAL file it writes; pg_control_checkpoint() lags behind a promotion.
        const string Question = """
            SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver WHERE status = 'streaming')
                        ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::pg_catalog.bit(32)::pg_catalog.int4 END,
                   ARRAY(SELECT application_name FROM pg_catalog.pg_stat_replication WHERE state = 'streaming' AND flush_lsn IS NOT NULL)
            """;
        return (await SuperuserSql.FirstRowAsync(setup, node, Question, row => new NodeState(node, row.GetString(0), row.GetFieldValue<int?>(1), row.GetFieldValue<string[]>(2), null),
            cancellationToken).ConfigureAwait(false))!;
    }
}

using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>What a server says of itself and of the newest established term, asked past HaConnect.</summary>
internal sealed record ClusterStatus(PostgresNode Node, bool InRecovery, long Term, string? Primary)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const string Question = """
        SELECT pg_catalog.pg_is_in_recovery()::text || ' ' ||
               coalesce((SELECT term || ' ' || primary_node FROM haconnect.term WHERE established_lsn IS NOT NULL ORDER BY term DESC LIMIT 1), '0')
        """;

    /// <summary>Of every node that runs, is not frozen, has the schema and answers.</summary>
    internal static async Task<IReadOnlyList<ClusterStatus>> ReadAsync(PostgresCluster cluster) =>
        [.. (await Task.WhenAll(cluster.Nodes.Where(n => n is { IsRunning: true, IsFrozen: false }).Select(ReadAsync))).OfType<ClusterStatus>()];

    private static async Task<ClusterStatus?> ReadAsync(PostgresNode node)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
            var words = (await node.ScalarAsync<string>(Question, patience.Token))!.Split(' ');
            return new ClusterStatus(node, words[0] == "true", long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), words.ElementAtOrDefault(2));
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }
}

using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Consistency;

/// <summary>Asks a server how far it is, and makes a token of the answer where it is certain which term and timeline that belongs to.</summary>
internal sealed class TokenTaker(ClusterState state)
{
    /// <summary>Null where the cluster has changed meanwhile, or the node is not known to follow the primary.</summary>
    internal async Task<CausalToken?> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var before = state.Current;
        var position = await ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        var after = state.Current;
        if (before.Primary is not { Timeline: { } timeline } primary || after.Primary?.Timeline != timeline || after.Term != before.Term || !ReferenceEquals(after.PrimaryNode, before.PrimaryNode))
            return null;
        var node = after.Nodes.FirstOrDefault(n => n.Host == connection.Host && n.Port == connection.Port)?.Node;
        var isCertain = position.Timeline is { } written
            ? ReferenceEquals(primary.Node, node) && written == timeline
            : Follows(before, node) && Follows(after, node);
        return isCertain && after.SystemIdentifier is { } system ? new CausalToken(system, after.Term ?? 0, timeline, position.Lsn) : null;
    }

    private static bool Follows(ClusterSnapshot snapshot, Node? node) =>
        snapshot.ReadTargetOf(node) is { Replayed: > 0 };

    private static async Task<(ulong Lsn, int? Timeline)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(CausalSql.Position, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var lsn = (ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1);
                return reader.GetBoolean(0) ? (lsn, null) : (WalPosition.BeforePageHeader(lsn, (uint)reader.GetInt32(3), (ulong)reader.GetInt64(4)), reader.GetInt32(2));
            }
        }
    }
}

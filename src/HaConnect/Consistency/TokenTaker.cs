using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Consistency;

/// <summary>Asks the primary how far it is, and makes a token of the answer where it is certain which term and timeline that belongs to.</summary>
internal sealed class TokenTaker(ClusterState state)
{
    /// <summary>Null where the cluster has changed meanwhile, or the connection does not lead to the primary.</summary>
    internal async Task<CausalToken?> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var before = state.Current;
        var position = await ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        var after = state.Current;
        if (before.Primary is not { Timeline: { } timeline } primary || after.Primary?.Timeline != timeline || after.Term != before.Term || !ReferenceEquals(after.PrimaryNode, before.PrimaryNode))
            return null;
        return position?.Timeline == timeline && primary.Host == connection.Host && primary.Port == connection.Port && after.SystemIdentifier is { } system
            ? new CausalToken(system, after.Term ?? 0, timeline, position.Value.Lsn)
            : null;
    }

    private static async Task<(ulong Lsn, int Timeline)?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(CausalSql.Position, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return reader.IsDBNull(0) ? null
                    : (WalPosition.BeforePageHeader((ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(0), (uint)reader.GetInt32(2), (ulong)reader.GetInt64(3)), reader.GetInt32(1));
            }
        }
    }
}

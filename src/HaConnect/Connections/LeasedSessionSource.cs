using HaConnect.Options;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// Sessions that the server itself ends when they are not renewed, where it can: from PostgreSQL 14 on (<c>idle_session_timeout</c>). Before, only the network ends a session
/// whose client has vanished, and nothing that of a client which is stopped.
/// </summary>
internal sealed class LeasedSessionSource(NpgsqlDataSource leased, NpgsqlDataSource unleased, TimeProvider time) : ISessionSource
{
    private volatile bool _hasNoLease;

    internal static LeasedSessionSource Of(NodeSources sources, ConfiguredNode node, TimeProvider time) =>
        new(sources.ForCoordinator(node.Host, node.Port, isLeased: true), sources.ForCoordinator(node.Host, node.Port, isLeased: false), time);

    public async Task<ISession> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!_hasNoLease)
        {
            try
            {
                return await OwnSession.OpenAsync(leased, timeout, time, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedObject)
            {
                _hasNoLease = true;
            }
        }

        try
        {
            return await OwnSession.OpenAsync(unleased, timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _hasNoLease = false; // it may come back as another version
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await leased.DisposeAsync().ConfigureAwait(false);
        await unleased.DisposeAsync().ConfigureAwait(false);
    }
}

using System.Data.Common;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Simulation.Network;

/// <summary>The planted break: a session that hides its loss, as a pool or a retry would. What it goes on with does not hold the lock.</summary>
internal sealed class ReconnectingSession(SimSessionSource source, SimSession session) : ISession
{
    private SimSession _session = session;

    public bool IsUsable => true;

    public async Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
    {
        if (_session.IsUsable)
        {
            try
            {
                return await _session.QueryAsync(sql, read, timeout, cancellationToken, parameters).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (e is not PostgresException)
            {
                // Once more, in a new session.
            }
        }

        var opening = new TaskCompletionSource<SimSession>();
        source.Open(opening.TrySetResult, e => opening.TrySetException(e), (long)timeout.TotalMicroseconds);
        var (written, position) = (_session.WrittenRegister, _session.PositionAtPromise);
        _session = await opening.Task.ConfigureAwait(false);
        (_session.WrittenRegister, _session.PositionAtPromise, _session.HasSetRegister) = (written, position, true);
        return await _session.QueryAsync(sql, read, timeout, cancellationToken, parameters).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}

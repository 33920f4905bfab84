using System.Data.Common;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Failover;

/// <summary>The session that holds a voter's advisory lock. Whatever fails in it in a way that could have ended it, ends it.</summary>
internal sealed class LockSession(ISessionSource source, int lockObject, TimeSpan timeout, TimeProvider time) : IQueries, IAsyncDisposable
{
    private ISession? _session;

    internal bool IsOpen => _session is { IsUsable: true };

    internal TimeProvider Time => time;

    /// <summary>True where the lock was granted; whatever else happens, the session is closed again: no statement may find one without its lock.</summary>
    internal async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        var isGranted = false;
        try
        {
            return isGranted = await TryOpenAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isGranted)
                await CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        try
        {
            _session = await source.OpenAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new LockSessionLostException(e is PostgresException p ? $"{p.SqlState}: {p.MessageText}" : e.InnerException?.Message ?? e.Message, e);
        }

        return await QueryAsync(ControlSql.TryLock, static row => row.GetBoolean(0), cancellationToken, LockKey.Class, lockObject).ConfigureAwait(false);
    }

    public async Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        if (_session is not { IsUsable: true } session)
            throw new LockSessionLostException("no lock session is open");
        // Called off between statements only: amid one its session would have to be given up, and the lock with it.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await session.QueryAsync(sql, read, timeout, CancellationToken.None, parameters).ConfigureAwait(false);
        }
        catch (PostgresException e) when (session.IsUsable)
        {
            throw new CommandRefusedException($"{e.SqlState}: {e.MessageText}", e);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // After a time-out what the statement did is unknown; a new session will ask.
            await CloseAsync().ConfigureAwait(false);
            throw new LockSessionLostException(e is TimeoutException ? "no answer in time" : e.Message, e);
        }
    }

    internal Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters) =>
        QueryAsync(sql, static _ => true, cancellationToken, parameters);

    internal async Task CloseAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}

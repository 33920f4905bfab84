using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Failover.Switchover;

/// <summary>
/// The session in which somebody watches a request and takes it back. The primary may end it at any time, as a switchover does with sessions
/// that could write; it is opened again then.
/// </summary>
internal sealed class RequestSession(ISessionSource source, string askedBy) : IAsyncDisposable
{
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    private ISession? _session;

    /// <summary>Takes no token between asking and knowing that it is asked: a request whose answer nobody waited for could not be taken back.</summary>
    internal async Task<long> AskAsync(long term, string? target, SwitchoverOptions wanted, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await session.QueryAsync(ControlSql.CreateRequests, static _ => true, StatementTimeout, CancellationToken.None).ConfigureAwait(false);
        return await session.QueryAsync(ControlSql.AskForSwitchover, static row => row.GetInt64(0), StatementTimeout, CancellationToken.None,
            term, (object?)target ?? DBNull.Value, wanted.DrainTimeout, wanted.TerminatesOpenTransactions, askedBy).ConfigureAwait(false);
    }

    /// <summary>Null where it cannot be seen at the moment.</summary>
    internal async Task<RequestRecord?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
            return await session.QueryAsync(ControlSql.LookAtRequest, RequestRecord.Read, StatementTimeout, cancellationToken, askedBy).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Whether the request was taken back, or had been begun with already, as the server says.</summary>
    internal async Task<TakenBack> TakeBackAsync(string why)
    {
        try
        {
            var session = await OpenAsync(CancellationToken.None).ConfigureAwait(false);
            if (await session.QueryAsync(ControlSql.TakeBackRequest, static row => row.HasRows, StatementTimeout, CancellationToken.None, askedBy, why).ConfigureAwait(false))
                return TakenBack.Yes;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return TakenBack.Unknown; // it ends by itself: nobody begins with one that is older than half a minute
        }

        return await LookAsync(CancellationToken.None).ConfigureAwait(false) switch
        {
            null => TakenBack.Unknown,
            { EndedAt: not null } => TakenBack.HadEnded,
            { StartedAt: not null } => TakenBack.HadBegun,
            _ => TakenBack.NotThere,
        };
    }

    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? default;

    private async Task<ISession> OpenAsync(CancellationToken cancellationToken)
    {
        if (_session is { IsUsable: true } open)
            return open;
        if (_session is { } ended)
        {
            _session = null;
            await ended.DisposeAsync().ConfigureAwait(false);
        }

        return _session = await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false);
    }
}

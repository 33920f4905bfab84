using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// Listens, on one connection, for the only trace of a commit that is local only: notice 01000 of SyncRepWaitForLSN. The text is
/// translated by the server, the routine is not. Whoever cancelled the wait, Npgsql reports success.
/// </summary>
internal sealed class CommitWatch
{
    private readonly NpgsqlConnection _connection;
    private volatile bool _notConfirmed;

    internal CommitWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += OnNotice;
    }

    /// <summary>Whether a commit since then was not confirmed by a synchronous standby.</summary>
    internal bool NotConfirmed => _notConfirmed;

    /// <summary>Listens no longer.</summary>
    internal void Stop() => _connection.Notice -= OnNotice;

    private void OnNotice(object sender, NpgsqlNoticeEventArgs e)
    {
        if (e.Notice is { SqlState: "01000", Routine: "SyncRepWaitForLSN" })
            _notConfirmed = true;
    }
}

using System.Collections.Concurrent;
using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// Cancels what a session runs, unless it waits for a synchronous standby: asked over a session of its own, in one statement. Npgsql's
/// own cancel request makes no such difference, and leaves unread whether the server cancelled in time.
/// </summary>
internal sealed class StatementCanceller(Func<Node, NpgsqlDataSource> createSource, TimeProvider time) : IAsyncDisposable
{
    internal const string Sql = """
        SELECT CASE
                 WHEN wait_event = 'SyncRep' THEN 3
                 WHEN state IN ('idle', 'idle in transaction', 'idle in transaction (aborted)') THEN 1
                 WHEN state IS NULL THEN 0
                 WHEN pg_catalog.pg_cancel_backend(pid) THEN 2
                 ELSE 0
               END
          FROM pg_catalog.pg_stat_activity
         WHERE pid = $1
        """;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Node, NpgsqlDataSource> _sources = new();
    private readonly SemaphoreSlim _turns = new(4); // an application that stops cancels everything at once; those may come after the disposal

    internal async Task<SessionActivity> CancelAsync(Node node, int processId)
    {
        if (!await _turns.WaitAsync(Timeout, CancellationToken.None).ConfigureAwait(false))
            return SessionActivity.Unknown;
        try
        {
            var session = await OwnSession.OpenAsync(_sources.GetOrAdd(node, createSource), Timeout, time, CancellationToken.None).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
                return await session.QueryAsync(Sql, static r => r.HasRows ? (SessionActivity)r.GetInt32(0) : SessionActivity.Unknown, Timeout, CancellationToken.None, processId).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            return SessionActivity.Unknown;
        }
        finally
        {
            _turns.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values)
            await source.DisposeAsync().ConfigureAwait(false);
    }
}

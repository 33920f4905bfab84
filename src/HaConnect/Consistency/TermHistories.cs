using System.Collections.Concurrent;
using HaConnect.Connections;
using HaConnect.Topology;
using NpgsqlTypes;

namespace HaConnect.Consistency;

/// <summary>What the primary's rows say of earlier terms: asked once for each, by however many callers, and kept while its term is in force.</summary>
internal sealed class TermHistories(Func<Node, ISessionSource> sessions)
{
    /// <summary>Tokens come from outside: whoever makes terms up must not fill the memory.</summary>
    private const int MostTerms = 64;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<(long Term, long Present), Lazy<Task<TermHistory>>> _asked = new();

    /// <summary>Null where it has not been answered yet.</summary>
    internal TermHistory? Known(long term, ClusterSnapshot snapshot) =>
        snapshot.Term is { } present && _asked.TryGetValue((term, present), out var asked) && asked.Value.IsCompletedSuccessfully ? asked.Value.Result : null;

    /// <summary>Throws what the primary's session throws; the next caller asks again.</summary>
    internal async Task AskAsync(long term, ClusterSnapshot snapshot, CancellationToken cancellationToken)
    {
        var key = (term, snapshot.Term!.Value);
        if (_asked.Count >= MostTerms && !_asked.ContainsKey(key))
            _asked.Clear();
        var asked = _asked.GetOrAdd(key, static (k, s) => new(() => s.This.QueryAsync(k, s.Node)), (This: this, Node: snapshot.PrimaryNode!));
        try
        {
            await asked.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (asked.Value.IsFaulted)
        {
            _asked.TryRemove(new(key, asked));
            throw;
        }
    }

    private async Task<TermHistory> QueryAsync((long Term, long Present) key, Node primary)
    {
        var source = sessions(primary);
        await using var _ = source.ConfigureAwait(false);
        var session = await source.OpenAsync(Timeout, CancellationToken.None).ConfigureAwait(false);
        await using var __ = session.ConfigureAwait(false);
        return await session.QueryAsync(CausalSql.History,
            static row => new TermHistory(row.GetBoolean(0), row.IsDBNull(1) ? null : (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(1)), Timeout, CancellationToken.None, key.Term, key.Present).ConfigureAwait(false);
    }
}

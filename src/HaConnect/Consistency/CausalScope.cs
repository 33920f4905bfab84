using HaConnect.Consistency;
using HaConnect.Routing;
using Npgsql;

namespace HaConnect;

/// <summary>
/// Reads of the data source that are made in it see what was written through the data source in it before, and never less than was read in it
/// before: read-your-writes and monotonic reads. It is ambient: it holds for what the code that began it calls, across awaits, until it is disposed.
/// Made by <see cref="HaDataSource.BeginCausalScope"/>. Thread-safe.
/// </summary>
/// <remarks>
/// Reads with <see cref="ReadConsistency.Eventual"/> stand outside of it: they heed nothing, and nothing of them is remembered.
/// Where the position of a write is known (<see cref="HaDataSource.ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, CancellationToken)"/>,
/// commands and batches of the data source), a replica that has replayed it will do. Of a connection that was opened, it is known only when it was closed:
/// then a replica will do that holds what was acked before that, which the next probes show; until then the primary is read, or the replica that was read before.
/// </remarks>
public sealed class CausalScope : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Causality _causality;
    private readonly CausalScope? _outer;
    private readonly List<CausalToken> _tokens = []; // one for each term and timeline
    private readonly List<ServerProcess> _open = [];
    private long _seenUntil;
    private ServerProcess? _seenAt;
    private CausalToken? _seenIn; // the reign in which the first of it was
    private bool _mayHaveWritten;
    private CausalToken? _refused;
    private bool _isDisposed;

    internal CausalScope(Causality causality, CausalScope? outer, ReadPolicy? policy)
    {
        _causality = causality;
        _outer = outer;
        Policy = policy;
    }

    /// <summary>The newest token that was captured or observed in it; null where there is none. For one that covers all that was done in it: <see cref="CaptureAsync"/>.</summary>
    public CausalToken? Token
    {
        get
        {
            lock (_lock)
            {
                if (_tokens.MaxBy(t => (t.Term, t.Timeline)) is not { } newest)
                    return null;

                // Confirmed in a later term, a primary goes on in the same timeline: the positions are of one history.
                var furthest = _tokens.Where(t => t.SystemIdentifier == newest.SystemIdentifier && t.Timeline == newest.Timeline).Max(t => t.Lsn);
                return furthest == newest.Lsn ? newest : new CausalToken(newest.SystemIdentifier, newest.Term, newest.Timeline, furthest);
            }
        }
    }

    internal ReadPolicy? Policy { get; }

    /// <summary>What could not be honoured of it: reads in it fail; null where nothing was refused.</summary>
    internal CausalToken? Refused
    {
        get
        {
            lock (_lock)
                return _refused;
        }
    }

    /// <summary>Something may have been written in it of which no position is known.</summary>
    internal bool HasUntoldWrite
    {
        get
        {
            lock (_lock)
                return _mayHaveWritten && (_seenUntil > 0 || _open.Count > 0);
        }
    }

    /// <summary>By a connection that leads to the primary, or by work whose end is not known.</summary>
    internal void MayHaveWritten()
    {
        lock (_lock)
            _mayHaveWritten = true;
    }

    internal void Refuse(CausalToken token)
    {
        lock (_lock)
            _refused = token;
    }

    /// <summary>From now on its reads see what a token stands for, too: one that came with a message, say.</summary>
    /// <param name="token">The token.</param>
    public void Observe(CausalToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        lock (_lock)
        {
            var index = _tokens.FindIndex(t => t.SystemIdentifier == token.SystemIdentifier && t.Term == token.Term && t.Timeline == token.Timeline);
            if (index < 0)
                _tokens.Add(token);
            else if (_tokens[index].Lsn < token.Lsn)
                _tokens[index] = token;
        }
    }

    /// <summary>
    /// A token for all that was written and read in it so far, for another process or a later request. It asks a server, unless all is known.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where nothing was.</returns>
    /// <exception cref="CausalTokenException">What an earlier token of it stands for is, or may be, lost.</exception>
    /// <exception cref="NoPrimaryException">No primary could be asked in time.</exception>
    public Task<CausalToken?> CaptureAsync(CancellationToken cancellationToken = default) => _causality.CaptureAsync(this, cancellationToken);

    /// <summary>Ends it: what follows is read as outside of it. A scope around it knows what was done in it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        _causality.End(this, _outer);
        if (_outer is null)
            return;
        foreach (var token in Tokens())
            _outer.Observe(token);
        if (HasUntoldWrite)
            _outer.MayHaveWritten();
        if (Refused is { } refused)
            _outer.Refuse(refused);
        if (Seen() is { Until: > 0 } seen)
            _outer.HasSeen(seen.Until, seen.At, seen.In);
    }

    internal CausalToken[] Tokens()
    {
        lock (_lock)
            return [.. _tokens];
    }

    /// <summary>It is contained in what a later one stands for.</summary>
    internal void Drop(CausalToken token)
    {
        lock (_lock)
            _tokens.Remove(token);
    }

    /// <summary>
    /// Until when something was seen or written whose position is not known, and at which one server process, if it was one; zero where there was
    /// nothing. While a connection is open, until now. And in which term and timeline that began.
    /// </summary>
    internal (long Until, ServerProcess? At, CausalToken? In) Seen()
    {
        lock (_lock)
            return (_open.Count > 0 ? _causality.Now : _seenUntil, _seenAt, _seenIn);
    }

    /// <summary>A token covers what was seen until then; unless something was added meanwhile, by a scope within it say.</summary>
    internal void Covered(long until, ServerProcess? at)
    {
        lock (_lock)
        {
            if (_open.Count == 0 && _seenUntil <= until && Equals(_seenAt, at))
                (_seenUntil, _seenAt, _seenIn, _mayHaveWritten) = (0, null, null, false);
        }
    }

    /// <summary>Follows a connection of a server process: open, until it is closed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="process">Where it leads.</param>
    /// <param name="routedAfter">Until when what had been seen was heeded when it was routed.</param>
    internal NpgsqlConnection Follow(NpgsqlConnection connection, ServerProcess process, long routedAfter)
    {
        if (connection.FullState.HasFlag(System.Data.ConnectionState.Open))
            Opened(process, routedAfter);
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == System.Data.ConnectionState.Open)
                Opened(process, routedAfter);
            else if (change.OriginalState == System.Data.ConnectionState.Open)
                Closed(process);
        };
        return connection;
    }

    /// <summary>Something was seen or written at a server process until a moment, in a reign that had begun by then.</summary>
    internal void HasSeen(long until, ServerProcess? at, CausalToken? reign)
    {
        lock (_lock)
        {
            if (_seenUntil == 0 && _open.Count == 0)
                _seenIn = reign;
            _seenAt = _open.TrueForAll(o => o == at) && (_seenUntil == 0 || Equals(_seenAt, at)) ? at : null;
            _seenUntil = Math.Max(_seenUntil, until);
        }
    }

    /// <summary>It was routed where nothing is missing that had been seen by then, so that it is enough to know of this one; unless others were read meanwhile.</summary>
    internal void Opened(ServerProcess process, long routedAfter)
    {
        lock (_lock)
        {
            if (_seenUntil == 0 && _open.Count == 0)
                _seenIn = _causality.Reign;
            var isAlone = _open.TrueForAll(o => o == process) && (_seenUntil <= routedAfter || Equals(_seenAt, process));
            _seenAt = isAlone ? process : null;
            _open.Add(process);
        }
    }

    internal void Closed(ServerProcess process)
    {
        lock (_lock)
        {
            _open.Remove(process);
            _seenUntil = _causality.Now;
        }
    }
}

using HaConnect.Connections;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Topology;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Consistency;

/// <summary>
/// Scopes and tokens of one data source: what a read in a scope or under a token asks for, where it is made, and what is captured after a write.
/// None of it is passed through by reads and writes outside of scopes and without a token.
/// </summary>
internal sealed class Causality(ClusterState state, ConnectionOpener opener, TermHistories histories, HaDatabaseOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(16);

    private readonly AsyncLocal<CausalScope?> _current = new();
    private readonly TokenTaker _taker = new(state);
    private volatile bool _isUsed;

    /// <summary>The ambient scope; an AsyncLocal is looked at only once there has ever been one.</summary>
    internal CausalScope? Current => _isUsed ? _current.Value : null;

    internal long Now => time.GetTimestamp();

    /// <summary>Stands for all that is written in the present term and timeline; null while there is no primary.</summary>
    internal CausalToken? Reign => state.Current is { SystemIdentifier: { } system, Primary.Timeline: { } timeline } now ? new CausalToken(system, now.Term ?? 0, timeline, ulong.MaxValue) : null;

    internal CausalScope Begin(CausalToken? after, ReadPolicy? policy)
    {
        _isUsed = true;
        var outer = _current.Value;
        var scope = new CausalScope(this, outer, policy);
        foreach (var token in outer?.Tokens() ?? [])
            scope.Observe(token);
        if (outer?.Seen() is { Until: > 0 } seen)
            scope.HasSeen(seen.Until, seen.At, seen.In);
        if (after is not null)
            scope.Observe(after);
        _current.Value = scope;
        return scope;
    }

    internal void End(CausalScope scope, CausalScope? outer)
    {
        if (ReferenceEquals(_current.Value, scope))
            _current.Value = outer;
    }

    internal async Task<NpgsqlConnection> OpenPrimaryAsync(CausalScope scope, CancellationToken cancellationToken)
    {
        var connection = await opener.OpenPrimaryAsync(cancellationToken).ConfigureAwait(false);
        return FollowPrimary(scope, connection);
    }

    /// <summary>Follows a connection to the primary, where nothing is missing.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="node">Where it leads, where it is not open yet; else it says so itself.</param>
    internal NpgsqlConnection FollowPrimary(CausalScope scope, NpgsqlConnection connection, Node? node = null)
    {
        scope.MayHaveWritten();
        return scope.Follow(connection, node is null ? ProcessOf(connection) : ProcessAt(node), long.MaxValue);
    }

    /// <summary>What an open connection to the primary is told of by its holder, instead of being followed.</summary>
    internal ToldSession Tell(CausalScope scope, NpgsqlConnection connection) => new(scope, this, _taker, connection, ProcessOf(connection), Reign);

    /// <summary>In the ambient scope, or outside of any.</summary>
    internal ValueTask<NpgsqlConnection> OpenReadAsync(in ResolvedPolicy read, CancellationToken cancellationToken, long? startedAt = null)
    {
        var scope = read.HeedsScope ? Current : null;
        return scope is null && read.After is null
            ? opener.OpenReadAsync(read.Demand, cancellationToken, startedAt)
            : new(OpenReadAsync(read.Demand, scope, read.After, read.CatchUp, startedAt ?? Now, cancellationToken));
    }

    /// <param name="demand">What the read asks for beside scope and token.</param>
    /// <param name="scope">The scope it is made in; null for none.</param>
    /// <param name="after">The token it is made under; null for none.</param>
    /// <param name="catchUp">How long to wait for a replica.</param>
    /// <param name="startedAt">When the deadline began.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<NpgsqlConnection> OpenReadAsync(ReadDemand demand, CausalScope? scope, CausalToken? after, TimeSpan catchUp, long startedAt, CancellationToken cancellationToken)
    {
        var (connection, seenUntil) = await RouteAsync(demand, scope, after, catchUp, startedAt, cancellationToken).ConfigureAwait(false);
        return scope is null ? connection : scope.Follow(connection, ProcessOf(connection), seenUntil);
    }

    /// <summary>For work that may have to be repeated: its scope remembers only what came of it, by <see cref="TriedRead.Succeeded"/>.</summary>
    internal async Task<TriedRead> TryReadAsync(ResolvedPolicy read, long startedAt, CancellationToken cancellationToken)
    {
        var scope = read.HeedsScope ? Current : null;
        var (connection, seenUntil) = await RouteAsync(read.Demand, scope, read.After, read.CatchUp, startedAt, cancellationToken).ConfigureAwait(false);
        return new TriedRead(connection, scope, ProcessOf(connection), seenUntil);
    }

    private async Task<(NpgsqlConnection Connection, long SeenUntil)> RouteAsync(ReadDemand demand, CausalScope? scope, CausalToken? after, TimeSpan catchUp, long startedAt, CancellationToken cancellationToken)
    {
        var transaction = opener.Transaction; // now: after an await it need not be ambient any more
        while (true)
        {
            var (replayed, lineage) = await JudgeAsync(scope, after, startedAt, cancellationToken).ConfigureAwait(false);
            var seen = scope?.Seen() ?? default;
            var asked = demand with { Replayed = replayed, SeenUntil = seen.Until, SeenAt = seen.At };
            var connection = transaction is not null
                ? await opener.OpenInAsync(transaction, cancellationToken, startedAt).ConfigureAwait(false)
                : await CatchUpAsync(asked, catchUp, cancellationToken).ConfigureAwait(false) ?? await opener.OpenReadAsync(asked, cancellationToken, startedAt).ConfigureAwait(false);

            // Positions and moments are those of one reign; where another has begun meanwhile, all is asked anew.
            if ((replayed == 0 && seen.Until == 0) || Lineage.Of(state.Current) == lineage)
                return (connection, seen.Until);
            await connection.DisposeAsync().ConfigureAwait(false);
            opener.ThrowIfOutOfTime(startedAt, "a read under its causal token, or in its scope, could be made");
        }
    }

    /// <summary>What a read asks for, as far as that is known without asking a server.</summary>
    internal ReadDemand Known(in ResolvedPolicy read, CausalScope? scope)
    {
        scope = read.HeedsScope ? scope : null;
        var snapshot = state.Current;
        var replayed = (scope?.Tokens() ?? []).Concat(read.After is { } after ? [after] : [])
            .Select(t => TokenRule.Judge(t, snapshot, histories.Known(t.Term, snapshot)) is { Kind: TokenDemandKind.Replayed } demand ? demand.Replayed : 0).DefaultIfEmpty().Max();
        var seen = scope?.Seen() ?? default;
        return read.Demand with { Replayed = replayed, SeenUntil = seen.Until, SeenAt = seen.At };
    }

    /// <summary>Runs work at the primary and then asks for its position, which is no part of the work: where that fails, the moment has to do.</summary>
    internal async Task<T> RunCapturingAsync<T>(
        CausalScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, FinishedWork<T> finished, NpgsqlConnection connection, Func<bool> mayBeApplied, CancellationToken cancellationToken)
    {
        var (process, reign) = (ProcessOf(connection), Reign);
        CausalToken? token = null;
        try
        {
            var result = await work(connection, cancellationToken).ConfigureAwait(false);
            finished.Set(result);
            token = await _taker.TakeAsync(connection, CancellationToken.None).ConfigureAwait(false);
            return result;
        }
        catch (Exception e) when (finished.IsSet && e is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            return finished.Result; // the connection was lost, or the work has left a reader open
        }
        finally
        {
            // Also where it threw: it may have committed before.
            if (token is not null)
                scope.Observe(token);
            else if (mayBeApplied())
                Wrote(scope, process, reign);
        }
    }

    /// <summary>Work whose end is not known may have been committed.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="reign">In which it was begun.</param>
    internal void WroteUnknown(CausalScope scope, CausalToken? reign) => Wrote(scope, at: null, reign);

    /// <summary>Something was written of which no position is known.</summary>
    internal void Wrote(CausalScope scope, ServerProcess? at, CausalToken? reign)
    {
        scope.MayHaveWritten();
        scope.HasSeen(Now, at, reign);
    }

    internal async Task<CausalToken?> CaptureAsync(CausalScope scope, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        await JudgeAsync(scope, after: null, startedAt, cancellationToken).ConfigureAwait(false);
        while (scope.Seen() is { Until: > 0 } seen)
        {
            // At the primary: a standby shows a commit a moment before it says that it has replayed it.
            var (until, change) = (Now, state.NextChange);
            var token = await TakeAsync(await opener.OpenPrimaryOutsideAsync(startedAt, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (token is not null)
            {
                scope.Observe(token);
                scope.Covered(until, seen.At);
                break;
            }

            await opener.WaitForChangeAsync(change, startedAt, "how far it is could be told", cancellationToken).ConfigureAwait(false);
        }

        return scope.Token;
    }

    /// <summary>For everything that is committed at the primary by now.</summary>
    internal async Task<CausalToken> CaptureAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var change = state.NextChange;
            if (await TakeAsync(await opener.OpenPrimaryOutsideAsync(startedAt, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false) is { } token)
                return token;
            await opener.WaitForChangeAsync(change, startedAt, "how far it is could be told", cancellationToken).ConfigureAwait(false); // another primary meanwhile
        }
    }

    /// <summary>Null where it is to be asked again: of another primary, or since the connection was lost, as an idle one is whose server went away.</summary>
    private async Task<CausalToken?> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (connection.ConfigureAwait(false))
        {
            var node = state.Current.NodeOf(connection); // once it is lost it does not say any more
            try
            {
                return await _taker.TakeAsync(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (OperationErrors.IsLostConnection(e, connectionIsClosed: !connection.FullState.HasFlag(System.Data.ConnectionState.Open)))
            {
                state.ReportTrouble(node);
                return null;
            }
        }
    }

    /// <summary>How far a replica must have replayed, and in which reign; zero where there is no token.</summary>
    /// <exception cref="CausalTokenException">A token cannot be honoured.</exception>
    /// <exception cref="NoPrimaryException">What a token means could not be told in time.</exception>
    private async Task<(ulong Replayed, Lineage Lineage)> JudgeAsync(CausalScope? scope, CausalToken? after, long startedAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = state.NextChange;
            var snapshot = state.Current;
            var reign = scope?.Seen() is { Until: > 0, In: { } began } ? began : null;
            var demands = (scope?.Tokens() ?? []).Concat(after is null ? [] : [after]).Concat(reign is null ? [] : [reign])
                .Select(t => (Token: t, Demand: TokenRule.Judge(t, snapshot, histories.Known(t.Term, snapshot)))).ToList();
            if (demands.Find(d => d.Demand.Kind == TokenDemandKind.Refused) is { Token: { } refused } refusal)
            {
                if (scope is not null && !ReferenceEquals(refused, after))
                    scope.Refuse(refused);
                throw CausalTokenException.Of(refused, refusal.Demand.Why!, snapshot, ReferenceEquals(refused, reign));
            }

            if (demands is [.., { Token: var last, Demand.Kind: TokenDemandKind.Replayed }] && ReferenceEquals(last, reign))
                demands.RemoveAt(demands.Count - 1); // it is all there, and by when is told by the time
            if (demands.TrueForAll(d => d.Demand.Kind == TokenDemandKind.Replayed))
            {
                // What is all there in a later reign asks for no position of its own any more, once the scope has one of that.
                var own = scope?.Tokens() ?? [];
                foreach (var (token, _) in demands.Where(d => d.Demand.Replayed == 1 && demands.Exists(o => o.Demand.Replayed > 1 && own.Contains(o.Token))))
                    scope?.Drop(token);
                return (demands.Select(d => d.Demand.Replayed).DefaultIfEmpty().Max(), Lineage.Of(snapshot));
            }

            if (demands.Find(d => d.Demand.Kind == TokenDemandKind.AskPrimary) is { Token: { } earlier })
            {
                try
                {
                    await histories.AskAsync(earlier.Term, snapshot, cancellationToken).ConfigureAwait(false);
                    opener.ThrowIfOutOfTime(startedAt, Told(earlier));
                    continue;
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException)
                {
                    OpenErrors.ThrowIfHopeless(e, snapshot.PrimaryNode!, snapshot);
                    state.ReportTrouble(snapshot.PrimaryNode!);
                }
            }

            await opener.WaitForChangeAsync(change, startedAt, Told(demands.Find(d => d.Demand.Kind != TokenDemandKind.Replayed).Token), cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Told(CausalToken token) => $"what the causal token {token} means could be told";

    /// <summary>
    /// A replica that is only a moment behind what is asked for, once it has it; null where none is, or one qualifies as it is. How close one is
    /// is told by its freshness: it has replayed what a probe before the last one showed. Only where no failover loses what was acked: a replica that is
    /// asked for its position alone may have been pointed to another primary that this instance has not seen yet.
    /// </summary>
    private async Task<NpgsqlConnection?> CatchUpAsync(ReadDemand asked, TimeSpan catchUp, CancellationToken cancellationToken)
    {
        if (asked.Replayed <= 1 || asked.PrimaryOnly || !state.Current.KeepsWhatIsAcked || catchUp <= TimeSpan.Zero || opener.Decide(asked with { Fallback = ReadFallback.Wait }).Node is not null)
            return null;
        var close = asked with { Replayed = 1, Fallback = ReadFallback.Fail, Bound = Shorter(asked.Bound, (options.Probing.EffectiveInterval(options.Routing.MaxReplicaLag) * 2) + catchUp) };
        if (opener.Decide(close).Node is not { } node)
            return null;
        var polling = PollAsync(node, asked.Replayed, catchUp, cancellationToken);
        try
        {
            var connection = await polling.WaitAsync(catchUp, time, cancellationToken).ConfigureAwait(false);
            if (connection is not null)
                opener.Routed(node, RoutingReason.FreshReplica);
            return connection;
        }
        catch (Exception e) when (!polling.IsCompleted)
        {
            NodePool.DisposeWhenOpened(polling);
            if (e is not TimeoutException)
                throw;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            state.ReportTrouble(node);
        }

        return null; // somewhere else, as without it
    }

    private async Task<NpgsqlConnection?> PollAsync(Node node, ulong position, TimeSpan catchUp, CancellationToken cancellationToken)
    {
        var startedAt = Now;
        var connection = await opener.OpenAtAsync(node, cancellationToken).ConfigureAwait(false);
        try
        {
            for (var pause = FirstPoll; !await HasReplayedAsync(connection, position, cancellationToken).ConfigureAwait(false); pause = Shorter(pause * 2, LongestPoll))
            {
                if (time.GetElapsedTime(startedAt) >= catchUp)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                    return null;
                }

                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> HasReplayedAsync(NpgsqlConnection connection, ulong position, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(CausalSql.HasReplayed, connection) { Parameters = { new NpgsqlParameter { Value = new NpgsqlLogSequenceNumber(position), NpgsqlDbType = NpgsqlDbType.PgLsn } } };
        await using (command.ConfigureAwait(false))
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private ServerProcess ProcessOf(NpgsqlConnection connection) => ProcessAt(state.Current.NodeOf(connection));

    private ServerProcess ProcessAt(Node node) => new(node, state.Current.Of(node)?.StartedAt?.UtcDateTime ?? default);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Whose reign it is: positions can be compared within one.</summary>
    private readonly record struct Lineage(Node? Primary, long? Term, int? Timeline)
    {
        internal static Lineage Of(ClusterSnapshot snapshot) => new(snapshot.PrimaryNode, snapshot.Term, snapshot.Primary?.Timeline);
    }
}

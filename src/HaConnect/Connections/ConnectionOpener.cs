using System.Diagnostics;
using System.Transactions;
using HaConnect.Diagnostics;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// Opens connections: at once from the pool of the node that the snapshot names, without a lock or an allocation of its own; or, where
/// that is not possible, waiting for the snapshot to change, all under one deadline. The fast way opens the connection itself where
/// NpgsqlDataSource.OpenConnectionAsync would wrap a state machine around it: that pays for half of the routing.
/// </summary>
internal sealed class ConnectionOpener(
    ClusterState state, NodePools pools, HaDatabaseOptions options, TimeProvider time, HaMetrics metrics, ReadPicker picker, ILogger logger, Task disposed)
{
    private readonly SpillLimit? _spill = SpillLimit.Of(options.Routing);
    private readonly double _timestampsPerTick = (double)time.TimestampFrequency / TimeSpan.TicksPerSecond;
    private readonly AmbientTransactions _transactions = new(state, options);

    internal ClusterSnapshot Current => state.Current;

    /// <summary>The caller's ambient transaction, in which what is opened enlists; null for none.</summary>
    internal Transaction? Transaction => _transactions.Current;

    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="startedAt">When the deadline began, for an open that is part of a longer operation; null for now.</param>
    /// <param name="unopened">A connection to be opened itself, where it leads to the primary and a connection can be had at once; else a new one is.</param>
    internal ValueTask<NpgsqlConnection> OpenPrimaryAsync(CancellationToken cancellationToken, long? startedAt = null, UnopenedConnection unopened = default)
    {
        if (_transactions.Current is { } transaction)
            return new(OpenInAsync(transaction, cancellationToken, startedAt));
        if (state.Current.WritableNode is not { } node)
            return new(OpenSlowlyAsync(new OpenRequest(this, Read: null), pending: null, node: null, startedAt ?? time.GetTimestamp(), cancellationToken));
        var pool = pools[node];
        var connection = ReferenceEquals(unopened.Node, node) ? unopened.Connection : pool.Source.CreateConnection();
        var opening = connection.OpenAsync(cancellationToken);
        return opening.IsCompletedSuccessfully
            ? new(pool.HandOut(connection, isWrite: true))
            : new(OpenSlowlyAsync(new OpenRequest(this, Read: null), pool.AwaitAsync(connection, opening), node, startedAt ?? time.GetTimestamp(), cancellationToken));
    }

    /// <param name="demand">What the read asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="startedAt">When the deadline began, for an open that is part of a longer one; null for now.</param>
    /// <param name="isDefault">Whether it asks for the bound of the options, and for nothing else.</param>
    internal ValueTask<NpgsqlConnection> OpenReadAsync(in ReadDemand demand, CancellationToken cancellationToken, long? startedAt = null, bool isDefault = false)
    {
        if (_transactions.Current is { } transaction)
            return new(OpenInAsync(transaction, cancellationToken, startedAt));
        if (_spill is not null && !demand.PrimaryOnly)
            _spill.Earn();
        var decision = isDefault ? DecideDefault(demand) : DecideToOpen(demand);
        if (decision.Node is not { } node)
            return new(OpenSlowlyAsync(new OpenRequest(this, demand), pending: null, node: null, startedAt ?? time.GetTimestamp(), cancellationToken));
        var pool = pools[node];
        var connection = pool.Source.CreateConnection();
        var opening = connection.OpenAsync(cancellationToken);
        if (!opening.IsCompletedSuccessfully)
            return new(OpenSlowlyAsync(new OpenRequest(this, demand) { MaySpill = decision.Reason == RoutingReason.FallbackToPrimary }, pool.AwaitAsync(connection, opening), node, startedAt ?? time.GetTimestamp(), cancellationToken));
        metrics.Routed(node, decision.Reason);
        if (decision.Reason != RoutingReason.FreshReplica && !demand.PrimaryOnly)
            TellOfFallback(demand);
        return new(pool.HandOut(connection, isWrite: false));
    }

    /// <summary>
    /// Within a transaction, for reads as for writes: at its node, also while new writes are held; for the first time at the primary, which is its node then.
    /// </summary>
    /// <exception cref="HaConnectException">Its node is the primary no longer.</exception>
    internal async Task<NpgsqlConnection> OpenInAsync(Transaction transaction, CancellationToken cancellationToken, long? startedAt = null)
    {
        var began = startedAt ?? time.GetTimestamp();
        while (_transactions.PinOf(transaction) is { } pin)
        {
            var change = state.NextChange;
            pin.ThrowIfGone();
            if (state.Current.PrimaryNode is not null)
                return await OpenAgainAsync(transaction, pools[pin.Node], cancellationToken).ConfigureAwait(false);
            await WaitForChangeAsync(change, began, $"the ambient transaction, which began at {pin.Node.Name}, could go on", cancellationToken).ConfigureAwait(false);
        }

        // Outside: what is opened in vain, at a node that is lost meanwhile, must not enlist as well.
        var connection = await AmbientTransactions.OutsideAsync(() => OpenPrimaryAsync(cancellationToken, began).AsTask()).ConfigureAwait(false);
        try
        {
            _transactions.Pin(transaction, state.Current.NodeOf(connection));
            connection.EnlistTransaction(transaction);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>At the primary, and no part of an ambient transaction.</summary>
    internal Task<NpgsqlConnection> OpenPrimaryOutsideAsync(long startedAt, CancellationToken cancellationToken) => _transactions.Current is null
        ? OpenPrimaryAsync(cancellationToken, startedAt).AsTask()
        : AmbientTransactions.OutsideAsync(() => OpenPrimaryAsync(cancellationToken, startedAt).AsTask());

    /// <summary>The node of the ambient transaction, which it is from now on where it has had none; null where there is no primary to be it.</summary>
    /// <exception cref="HaConnectException">Its node is the primary no longer.</exception>
    internal Node? NodeOf(Transaction transaction)
    {
        if (_transactions.PinOf(transaction) is { } pin)
        {
            pin.ThrowIfGone();
            return pin.Node;
        }

        if (state.Current is { RefusesWrites: false, PrimaryNode: { } node })
            _transactions.Pin(transaction, node);
        return _transactions.PinOf(transaction)?.Node;
    }

    private async Task<NpgsqlConnection> OpenAgainAsync(Transaction transaction, NodePool pool, CancellationToken cancellationToken)
    {
        try
        {
            return pool.HandOut(await AmbientTransactions.Within(transaction, () => pool.OpenAsync(cancellationToken)).ConfigureAwait(false), isWrite: true);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            metrics.ConnectionFailed(pool.Node, e);
            state.ReportTrouble(pool.Node);
            throw;
        }
    }

    /// <summary>A connection to one node, for reading, whatever it is now; throws what Npgsql throws.</summary>
    internal async Task<NpgsqlConnection> OpenAtAsync(Node node, CancellationToken cancellationToken)
    {
        var pool = pools[node];
        return pool.HandOut(await pool.OpenAsync(cancellationToken).ConfigureAwait(false), isWrite: false);
    }

    internal void Routed(Node node, RoutingReason reason) => metrics.Routed(node, reason);

    /// <param name="change">Taken before the snapshot was looked at.</param>
    /// <param name="startedAt">When the deadline began; null for none.</param>
    /// <param name="what">What is waited for, as a clause.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoPrimaryException">The deadline has passed.</exception>
    internal Task WaitForChangeAsync(Task change, long? startedAt, string what, CancellationToken cancellationToken)
    {
        if (startedAt is not { } began)
            return WaitAsync(change, options.Probing.SuspectInterval, cancellationToken);
        ThrowIfOutOfTime(began, what);
        return WaitAsync(change, Shorter(Remaining(began), options.Probing.SuspectInterval), cancellationToken);
    }

    /// <inheritdoc cref="WaitForChangeAsync"/>
    internal void ThrowIfOutOfTime(long startedAt, string what)
    {
        if (Remaining(startedAt) <= TimeSpan.Zero)
            throw new NoPrimaryException($"No primary was seen within {options.Connections.WaitTimeout} (Connections.WaitTimeout) by which {what}. {state.Current.Describe()}", state.Current, isTransient: true, null);
    }

    /// <summary>Where a read goes now.</summary>
    internal RoutingDecision Decide(in ReadDemand demand)
    {
        var snapshot = state.Current;
        if (!demand.IsPlain)
            return ReadRouter.Route(picker, snapshot, OldestAllowed(demand.Bound), demand);

        // Where every replica of the first tier is surely fresh enough, the exact time would change nothing.
        var first = snapshot.ReadTiers[0];
        return first.Length > 0 && first[^1].FreshAsOf >= CoarseClock.SureSince(snapshot, demand.Bound, CoarseClock.Now)
            ? ReadRouter.RouteAmongAll(picker, first, snapshot.WeighsReads)
            : ReadRouter.Route(picker, snapshot, OldestAllowed(demand.Bound), demand.Fallback);
    }

    /// <summary>For most reads the snapshot knows already until when all of the first tier will do.</summary>
    internal RoutingDecision DecideDefault(in ReadDemand demand)
    {
        var snapshot = state.Current;
        return CoarseClock.Now <= snapshot.FirstTierSureUntil ? ReadRouter.RouteAmongAll(picker, snapshot.ReadTiers[0], snapshot.WeighsReads) : DecideToOpen(demand);
    }

    /// <summary>The same, where a read that goes to the primary for want of a replica counts as one of those that may.</summary>
    internal RoutingDecision DecideToOpen(in ReadDemand demand)
    {
        var decision = Decide(demand);
        return decision.Reason == RoutingReason.FallbackToPrimary && !demand.PrimaryOnly && _spill?.TrySpend() == false
            ? new RoutingDecision(null, RoutingReason.SpillLimit, StalenessLedger.None, default)
            : decision;
    }

    internal RoutingExplanation ExplainRead(in ReadDemand demand) => RoutingExplainer.Read(state.Current, OldestAllowed(demand.Bound), demand);

    internal static NpgsqlConnection Wait(ValueTask<NpgsqlConnection> opening) =>
        // DbDataSource demands synchronous members. Nothing in the wait needs the caller's thread or context.
        opening.IsCompletedSuccessfully ? opening.Result : opening.AsTask().GetAwaiter().GetResult();

    internal long OldestAllowed(TimeSpan bound) =>
        bound == TimeSpan.MaxValue ? StalenessLedger.None + 1 : time.GetTimestamp() - (long)(bound.Ticks * _timestampsPerTick);

    private void TellOfFallback(in ReadDemand demand)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            Log.ReadFellBack(logger, ExplainRead(demand));
    }

    /// <summary>An open that has to wait, for the server or for a node that qualifies, is told of: by an activity, and why at Debug level.</summary>
    private async Task<NpgsqlConnection> OpenSlowlyAsync(OpenRequest request, Task<NpgsqlConnection>? pending, Node? node, long startedAt, CancellationToken cancellationToken)
    {
        using var activity = HaActivities.Source.StartActivity("haconnect.open", ActivityKind.Client);
        activity?.SetTag("haconnect.intent", request.Read is null ? "write" : "read");
        try
        {
            return await OpenSlowlyAsync(request, pending, node, startedAt, activity, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    private async Task<NpgsqlConnection> OpenSlowlyAsync(OpenRequest request, Task<NpgsqlConnection>? pending, Node? node, long startedAt, Activity? activity, CancellationToken cancellationToken)
    {
        var isTold = false;
        var waitedForPrimary = node is null && request.Read is null;
        Exception? lastError = null;
        var overloads = 0;
        var attempt = pending;
        var decision = new RoutingDecision(node, RoutingReason.FreshReplica, StalenessLedger.None, default);
        while (true)
        {
            // Taken before the snapshot is looked at, so that no change can fall between.
            var change = state.NextChange;
            if (attempt is null)
            {
                decision = request.Decide();
                if (decision.Node is { } chosen)
                    attempt = pools[chosen].OpenAsync(cancellationToken);
            }

            if (attempt is not null)
            {
                try
                {
                    var connection = await FinishAsync(attempt, decision.Node!, request, Remaining(startedAt), cancellationToken).ConfigureAwait(false);
                    if (connection is not null && request.StillHolds(decision.Node!) is { } reason)
                    {
                        activity?.SetTag("haconnect.node", decision.Node!.Name);
                        if (request.Read is { } read)
                        {
                            metrics.Routed(decision.Node!, reason);
                            activity?.SetTag("haconnect.reason", HaMetrics.NameOf(reason));
                            if (reason != RoutingReason.FreshReplica && !read.PrimaryOnly)
                                TellOfFallback(read);
                        }

                        if (waitedForPrimary)
                            metrics.WaitedForPrimary(time.GetElapsedTime(startedAt));
                        return pools[decision.Node!].HandOut(connection, isWrite: request.Read is null);
                    }

                    if (connection is not null)
                        await connection.DisposeAsync().ConfigureAwait(false);
                    else if (Remaining(startedAt) <= TimeSpan.Zero)
                        lastError = OpenErrors.StillOpening(decision.Node!);
                }
                catch (ObjectDisposedException) when (disposed.IsCompleted)
                {
                    ObjectDisposedException.ThrowIf(disposed.IsCompleted, typeof(HaDataSource)); // its own is that of a pool
                    throw;
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException && !cancellationToken.IsCancellationRequested)
                {
                    lastError = e;
                    metrics.ConnectionFailed(decision.Node!, e);
                    OpenErrors.ThrowIfHopeless(e, decision.Node!, state.Current);
                    overloads = ErrorClassifier.Classify(e).Kind == ProbeFailureKind.Overloaded ? overloads + 1 : 0;
                    if (overloads == 0)
                        state.ReportTrouble(decision.Node!);
                }

                attempt = null;
                if (Remaining(startedAt) > TimeSpan.Zero && request.Decide() is { Node: { } other } next && !ReferenceEquals(other, decision.Node))
                {
                    (decision, attempt) = (next, pools[other].OpenAsync(cancellationToken));
                    continue;
                }
            }

            if (decision.Reason == RoutingReason.SpillLimit)
            {
                metrics.Refused();
                throw OpenErrors.SpillLimit(request, options.Routing.MaxPrimaryReadShare, lastError);
            }

            waitedForPrimary |= request.Read is null;
            if (request is { Read.Fallback: ReadFallback.Fail, Read.PrimaryOnly: false })
                throw OpenErrors.OutOfTime(request, TimeSpan.Zero, lastError);
            OpenErrors.ThrowIfMisconfigured(state.Current, lastError);
            var pause = Remaining(startedAt) < options.Probing.SuspectInterval ? Remaining(startedAt) : options.Probing.SuspectInterval;
            if (pause <= TimeSpan.Zero)
                throw OpenErrors.OutOfTime(request, options.Connections.WaitTimeout, lastError);
            if (!isTold)
                Tell(request, activity);
            isTold = true;
            if (overloads == 0)
                await WaitAsync(change, pause, cancellationToken).ConfigureAwait(false);
            else
                await WaitAsync(Task.Delay(Shorter(OverloadPause(overloads), Remaining(startedAt)), time, cancellationToken), Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Tell(OpenRequest request, Activity? activity)
    {
        if (activity is not { IsAllDataRequested: true } && !logger.IsEnabled(LogLevel.Debug))
            return;
        var explanation = request.Read is { } read ? ExplainRead(read) : RoutingExplainer.Write(state.Current);
        activity?.AddEvent(new ActivityEvent("haconnect.wait", tags: new ActivityTagsCollection { ["haconnect.explanation"] = explanation.ToString() }));
        Log.OpenWaits(logger, explanation);
    }

    /// <summary>
    /// 53300 says that there is no room: each attempt costs the server a process, and those who wait must not keep it full together. 0.1 s
    /// to 3.2 s, by dice; what a probe brings meanwhile is no reason to come sooner.
    /// </summary>
    private TimeSpan OverloadPause(int overloads) => options.Probing.SuspectInterval * (1 << Math.Min(overloads - 1, 4)) * (1 + Random.Shared.NextDouble());

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Null where the node ceased to qualify while it was being opened: a lost node may never answer.</summary>
    private async Task<NpgsqlConnection?> FinishAsync(
        Task<NpgsqlConnection> attempt, Node node, OpenRequest request, TimeSpan remaining, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (!attempt.IsCompleted)
        {
            var change = state.NextChange;
            var left = remaining - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero || request.StillHolds(node) is null)
            {
                NodePool.DisposeWhenOpened(attempt!);
                return null;
            }

            try
            {
                await WaitAsync(Task.WhenAny(attempt, change), left, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                NodePool.DisposeWhenOpened(attempt!); // it may succeed all the same
                throw;
            }
        }

        return await attempt.ConfigureAwait(false);
    }

    private async Task WaitAsync(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(task, disposed).WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The caller looks at the snapshot and the clock again.
        }

        ObjectDisposedException.ThrowIf(disposed.IsCompleted, typeof(HaDataSource));
    }

    private TimeSpan Remaining(long startedAt) => options.Connections.WaitTimeout - time.GetElapsedTime(startedAt);
}

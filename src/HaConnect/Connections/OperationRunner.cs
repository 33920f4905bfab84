using System.Diagnostics;
using HaConnect.Commits;
using HaConnect.Consistency;
using HaConnect.Diagnostics;
using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HaConnect.Connections;

/// <summary>Runs work at the primary through a Polly pipeline: waits through a failover, and retries what is safe to retry.</summary>
internal sealed class OperationRunner
{
    private static readonly ResiliencePropertyKey<Operation> OperationKey = new("haconnect.operation");

    private readonly ConnectionOpener _opener;
    private readonly StatementCanceller _canceller;
    private readonly Causality _causality;
    private readonly ClusterState _state;
    private readonly HaDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly HaMetrics _metrics;
    private readonly ILogger _logger;
    private readonly AbandonedWork _abandoned = new();
    private readonly ReadHedge _hedge;
    private readonly ResiliencePipeline _ownPipeline;
    private readonly ResiliencePipeline _pipeline;

    internal OperationRunner(
        ConnectionOpener opener, StatementCanceller canceller, Causality causality, ClusterState state, HaDatabaseOptions options, TimeProvider time, HaMetrics metrics, ILogger logger,
        Action<ResiliencePipelineBuilder, RetryStrategyOptions>? configure)
    {
        _opener = opener;
        _canceller = canceller;
        _causality = causality;
        _state = state;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _hedge = new ReadHedge(time);
        _ownPipeline = Build(static (pipeline, retry) => pipeline.AddRetry(retry));
        _pipeline = configure is null ? _ownPipeline : Build(configure);
    }

    private ResiliencePipeline Build(Action<ResiliencePipelineBuilder, RetryStrategyOptions> configure)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = _time };
        configure(pipeline, new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue, // the deadline ends it, see MayRetry
            Delay = TimeSpan.FromMilliseconds(10),
            MaxDelay = TimeSpan.FromMilliseconds(500),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = args => new(MayRetry(args.Context, args.Outcome.Exception)),
            OnRetry = args =>
            {
                Log.OperationRetried(_logger, args.AttemptNumber + 1, args.Outcome.Exception);
                return default;
            },
        });
        return pipeline.Build();
    }

    /// <param name="work">The work.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="transaction">Where the work is one transaction and nothing else: that.</param>
    internal async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, OperationRequest request, CancellationToken cancellationToken, TransactionWork<T>? transaction = null)
    {
        using var activity = HaActivities.Source.StartActivity("haconnect.execute", ActivityKind.Client);
        var operation = new Operation<T>(request, _time.GetTimestamp());
        var scope = request.Read is null ? _causality.Current : null;
        var reign = scope is null ? null : _causality.Reign;
        var mayHedge = !request.HandsConnectionOver && _opener.Transaction is null; // nobody would close the loser's, and a transaction is at one node
        Func<Operation<T>, CancellationToken, Task<T>> attempt = mayHedge && request.Read is { Demand.PrimaryOnly: false, HedgeAfter.Ticks: > 0 } read
            ? (o, token) => HedgeAsync(work, read, o, token)
            : (o, token) => AttemptAsync(work, scope, transaction, o, request.Read, started: null, token);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(OperationKey, operation);
        try
        {
            return await (request.IsOwn ? _ownPipeline : _pipeline).ExecuteAsync(
                static async (c, s) => await s.Operation.TryAsync(s.Attempt, c.CancellationToken).ConfigureAwait(false),
                context, (Operation: operation, Attempt: attempt)).ConfigureAwait(false);
        }
        catch (RepeatException e) when (operation.LastUnknown is null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            var why = request.Kind == WorkKind.Never ? operation.IsRead ? "It is part of an ambient transaction, of which the rest is lost." : "It is declared never to be repeated." : "There is no time left for another attempt (Connections.WaitTimeout), or the retry strategy allows no more.";
            throw new HaConnectException($"{e.Message} {why} {_state.Current.Describe()}", _state.Current, isTransient: request.Kind != WorkKind.Never, e.InnerException);
        }
        catch (Exception e) when (operation.LastUnknown is { } why && e is not CommitOutcomeUnknownException)
        {
            // An earlier attempt may have been applied: no other error may hide that.
            activity?.SetStatus(ActivityStatusCode.Error, why);
            var isLate = e is RepeatException or NoPrimaryException or OperationCanceledException or ExecutionRejectedException;
            throw CommitOutcomeUnknownException.Of(
                why, isLate ? "It is declared idempotent, but there is no time left to repeat it." : $"It is declared idempotent, and its repeat failed: {e.Message}",
                _state.Current, isTransient: isLate || e is NpgsqlException { IsTransient: true }, (e as RepeatException)?.InnerException ?? e);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            if (scope is not null && operation.LastUnknown is not null)
                _causality.WroteUnknown(scope, reign);
            activity?.SetTag("haconnect.attempts", operation.Attempts);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Func<NpgsqlConnection, CancellationToken, Task<T>> Followed<T>(CausalScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work) =>
        (connection, cancellationToken) => work(_causality.FollowPrimary(scope, connection), cancellationToken);

    private Func<NpgsqlConnection, CancellationToken, Task<T>> Captured<T>(
        CausalScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, FinishedWork<T> finished, TransactionWork<T>? transaction) =>
        (connection, cancellationToken) => _causality.RunCapturingAsync(scope, work, finished, connection, () => transaction?.Current is not { MayBeApplied: false }, cancellationToken);

    private Task<T> HedgeAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, ResolvedPolicy read, Operation<T> operation, CancellationToken cancellationToken)
    {
        return _hedge.RunAsync(read.HedgeAfter, node => _opener.Decide(Elsewhere(node).Demand).Node is not null,
            (not, started, token) => AttemptAsync(work, null, null, operation, not is null ? read : Elsewhere(not), started, token), cancellationToken);

        ResolvedPolicy Elsewhere(Node not) => read with { Demand = read.Demand with { Fallback = ReadFallback.Fail, Not = not } };
    }

    private async Task<T> AttemptAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CausalScope? scope, TransactionWork<T>? transaction, Operation<T> operation, ResolvedPolicy? policy, Action<Node>? started,
        CancellationToken cancellationToken)
    {
        var finished = scope is null || operation.Request.HandsConnectionOver ? null : new FinishedWork<T>(); // of this attempt alone
        if (scope is not null)
            work = finished is null ? Followed(scope, work) : Captured(scope, work, finished, transaction);
        var read = policy is { } asked ? await _causality.TryReadAsync(asked, operation.StartedAt, cancellationToken).ConfigureAwait(false) : (TriedRead?)null;
        var connection = read?.Connection ?? await _opener.OpenPrimaryAsync(cancellationToken, operation.StartedAt).ConfigureAwait(false);
        operation.End = WorkEnd.Unknown; // from here on it may write
        using var patience = new CallerPatience(operation.Request.Timeout, _time, cancellationToken);
        var attempt = new OperationAttempt<T>(connection, operation.IsRead, _state.Current, patience, _time);
        started?.Invoke(attempt.Node);
        var isFirst = operation.LastUnknown is null; // a repeat has to be confirmed
        var outcome = await attempt.RunAsync(isFirst ? work : Confirmation.After(work), _state, _canceller, operation.Request.HandsConnectionOver).ConfigureAwait(false);
        var node = attempt.Node.Name;
        if (isFirst && finished is { IsSet: true } && outcome is AttemptOutcome.Abandoned or AttemptOutcome.Left or AttemptOutcome.Deaf or AttemptOutcome.ConnectionLost && !attempt.IsNotConfirmed)
        {
            // The work had ended well; what did not end is the question how far the primary is.
            _abandoned.Cancel(attempt.Cancellation);
            return finished!.Result;
        }

        switch (outcome)
        {
            case AttemptOutcome.Succeeded:
                read?.Succeeded();
                return await attempt.Running.ConfigureAwait(false);
            case AttemptOutcome.Abandoned:
                Log.OperationAbandoned(_logger, node, operation.Attempts);
                _ = EndAbandonedAsync(attempt);
                return await UnknownAsync(operation, transaction, attempt, outcome, patience, "the node was lost while it ran").ConfigureAwait(false);
            case AttemptOutcome.Left:
                Log.OperationLeft(_logger, node, attempt.ProcessId);
                if (read is not null)
                    _abandoned.Cancel(attempt.Cancellation);
                return await UnknownAsync(operation, transaction, attempt, outcome, patience, "the caller gave up while its commit waited for a synchronous standby, or while its node told nothing").ConfigureAwait(false);
            case AttemptOutcome.Deaf:
                Log.OperationLeft(_logger, node, attempt.ProcessId);
                _abandoned.Cancel(attempt.Cancellation);
                return await UnknownAsync(operation, transaction, attempt, outcome, patience, $"the caller gave up, and it did not end within {OperationAttempt<T>.Patience}").ConfigureAwait(false);
            case AttemptOutcome.NotConfirmed:
                return await UnknownAsync(operation, transaction, attempt, outcome, patience, "the wait for a synchronous standby was cancelled, so that its commit is not confirmed").ConfigureAwait(false);
            case AttemptOutcome.ConnectionLost:
                if (attempt.Error is NpgsqlException and not HaConnectException)
                {
                    _metrics.ConnectionFailed(attempt.Node, attempt.Error);
                    _state.ReportTrouble(attempt.Node);
                }

                return await UnknownAsync(operation, transaction, attempt, outcome, patience, "the connection was lost while it ran").ConfigureAwait(false);
            case AttemptOutcome.Cancelled:
                operation.End = transaction?.Current?.EndOf(outcome, attempt.Error) ?? WorkEnd.Unknown;
                throw patience.Token.IsCancellationRequested
                    ? new OperationCanceledException("The work was cancelled, and its node says so: what ran was not applied.", attempt.Error, patience.Token)
                    : new NpgsqlException("The command timed out and was cancelled: it was not applied.", new TimeoutException($"It took longer than {operation.Request.Timeout} (CommandTimeout).", attempt.Error));
            default:
                operation.End = transaction?.Current?.EndOf(outcome, attempt.Error) ?? WorkEnd.Unknown;
                return await attempt.Running.ConfigureAwait(false); // throws what the work threw
        }
    }

    /// <summary>Ends what still runs on a lost node, unless the node lives and its commit waits for a standby there: cancelled, it would stand.</summary>
    private async Task EndAbandonedAsync<T>(OperationAttempt<T> attempt)
    {
        if (_state.Current.Of(attempt.Node)?.Reachability == NodeReachability.Reachable
            && await _canceller.CancelAsync(attempt.Node, attempt.ProcessId).ConfigureAwait(false) == SessionActivity.WaitsForStandby)
            return;
        _abandoned.Cancel(attempt.Cancellation);
    }

    /// <summary>What is to be done where the attempt itself does not tell what became of it: a transaction may tell.</summary>
    private async Task<T> UnknownAsync<T>(
        Operation<T> operation, TransactionWork<T>? transaction, OperationAttempt<T> attempt, AttemptOutcome outcome, CallerPatience patience, string why)
    {
        var error = attempt.Running.IsCompleted ? attempt.Error : null;
        var node = attempt.Node.Name;
        if (transaction?.Current is not { } tried)
            throw Unknown(operation, node, patience, why, error, token: null);
        operation.End = tried.EndOf(outcome, error);
        if (operation.End == WorkEnd.Unknown && tried is { MayBeAsked: true, Token: { } token })
        {
            var what = $"Whether the transaction on node {node} was committed is not known: {why}.";
            if (patience.HasEnded)
                throw Unknown(operation, node, patience, why, error, token);
            try
            {
                Log.OutcomeAsked(_logger, node, token);
                operation.End = await transaction.AskAsync(tried, patience.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                operation.LastUnknown = what;
                throw CommitOutcomeUnknownException.Of(what, $"Its token {token} could not be asked for at an established primary: {e.Message}", _state.Current, isTransient: false, error ?? e, token);
            }

            if (operation.End == WorkEnd.Applied)
                return tried.Result;
            why += "; its token is not at the primary, and cannot come there any more";
        }

        if (operation.End == WorkEnd.Unknown)
            throw Unknown(operation, node, patience, why, error, tried.Token);
        throw patience.HasEnded
            ? new OperationCanceledException($"The transaction on node {node} was given up, and was not applied: {why}.", error, patience.Token)
            : new RepeatException($"The transaction on node {node} was not applied: {why}.", error);
    }

    private Exception Unknown(Operation operation, string node, CallerPatience patience, string why, Exception? inner, Guid? token)
    {
        if (operation.IsRead)
        {
            return patience.HasEnded
                ? new OperationCanceledException($"The read on node {node} was given up.", inner, patience.Token)
                : new RepeatException($"The read on node {node} {(operation.MayBeRepeated ? "is repeated" : "was lost")}: {why}.", inner);
        }

        operation.LastUnknown = $"Whether the work on node {node} was applied is not known: {why}.";
        if (patience.HasEnded)
            return CommitOutcomeUnknownException.Of(operation.LastUnknown, "", _state.Current, isTransient: false, inner, token);
        return operation.MayBeRepeated
            ? new RepeatException($"Work on node {node} is repeated: {why}.", inner)
            : CommitOutcomeUnknownException.Of(operation.LastUnknown, "It is not declared idempotent, so it is not repeated.", _state.Current, isTransient: false, inner, token);
    }

    /// <summary>An open waits by itself; here only work that may be repeated and has time left.</summary>
    private bool MayRetry(ResilienceContext context, Exception? exception)
    {
        var operation = context.Properties.GetValue(OperationKey, null!);
        if (exception is null or HaConnectException || !operation.MayBeRepeated || _time.GetElapsedTime(operation.StartedAt) >= _options.Connections.WaitTimeout)
            return false;
        return exception is RepeatException or PostgresException { IsTransient: true }
            || (exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } && !operation.IsRead); // work that only reads has no reason for it
    }
}

using System.Diagnostics;
using HaConnect.Commits;
using HaConnect.Consistency;
using HaConnect.Diagnostics;
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
    private readonly ResiliencePipeline _pipeline;

    internal OperationRunner(
        ConnectionOpener opener, StatementCanceller canceller, Causality causality, ClusterState state, HaDatabaseOptions options, TimeProvider time, HaMetrics metrics, ILogger logger)
    {
        _opener = opener;
        _canceller = canceller;
        _causality = causality;
        _state = state;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
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
            })
            .Build();
    }

    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, OperationRequest request, CancellationToken cancellationToken)
    {
        using var activity = HaActivities.Source.StartActivity("haconnect.execute", ActivityKind.Client);
        var operation = new Operation(request, _time.GetTimestamp());
        var scope = request.Read is null ? _causality.Current : null;
        var reign = scope is null ? null : _causality.Reign;
        var finished = scope is null || request.HandsConnectionOver ? null : new FinishedWork<T>();
        if (scope is not null)
            work = finished is null ? Followed(scope, work) : Captured(scope, work, finished);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(OperationKey, operation);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (c, s) => await s.Runner.AttemptAsync(s.Work, s.Finished, c.Properties.GetValue(OperationKey, null!), c.CancellationToken).ConfigureAwait(false),
                context, (Runner: this, Work: work, Finished: finished)).ConfigureAwait(false);
        }
        catch (RepeatException e) when (request.Read is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw new HaConnectException($"{e.Message} There is no time left for that (Connections.WaitTimeout). {_state.Current.Describe()}", _state.Current, isTransient: true, e.InnerException);
        }
        catch (Exception e) when (operation.LastUnknown is { } why && e is RepeatException or NoPrimaryException or OperationCanceledException)
        {
            // An earlier attempt may have been applied: neither "no primary" nor "cancelled" may hide that.
            activity?.SetStatus(ActivityStatusCode.Error, why);
            throw CommitOutcomeUnknownException.Of(why, "It is declared idempotent, but there is no time left to repeat it.", _state.Current, isTransient: true, (e as RepeatException)?.InnerException ?? e);
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

    private Func<NpgsqlConnection, CancellationToken, Task<T>> Captured<T>(CausalScope scope, Func<NpgsqlConnection, CancellationToken, Task<T>> work, FinishedWork<T> finished) =>
        (connection, cancellationToken) => _causality.RunCapturingAsync(scope, work, finished, connection, cancellationToken);

    private async Task<T> AttemptAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, FinishedWork<T>? finished, Operation operation, CancellationToken cancellationToken)
    {
        operation.Attempts++;
        var read = operation.Request.Read is { } policy ? await _causality.TryReadAsync(policy, operation.StartedAt, cancellationToken).ConfigureAwait(false) : (TriedRead?)null;
        var connection = read?.Connection ?? await _opener.OpenPrimaryAsync(cancellationToken, operation.StartedAt).ConfigureAwait(false);
        using var patience = new CallerPatience(operation.Request.Timeout, _time, cancellationToken);
        var attempt = new OperationAttempt<T>(connection, operation.Request.Read is not null, _state.Current, patience, _time);
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
                throw Unknown(operation, node, patience, "the node was lost while it ran", null);
            case AttemptOutcome.Left:
                Log.OperationLeft(_logger, node, attempt.ProcessId);
                if (read is not null)
                    _abandoned.Cancel(attempt.Cancellation);
                throw Unknown(operation, node, patience, "the caller gave up while its commit waited for a synchronous standby, or while its node told nothing", null);
            case AttemptOutcome.Deaf:
                Log.OperationLeft(_logger, node, attempt.ProcessId);
                _abandoned.Cancel(attempt.Cancellation);
                throw Unknown(operation, node, patience, $"the caller gave up, and it did not end within {OperationAttempt<T>.Patience}", null);
            case AttemptOutcome.NotConfirmed:
                throw Unknown(operation, node, patience, "the wait for a synchronous standby was cancelled, so that its commit is not confirmed", attempt.Error);
            case AttemptOutcome.ConnectionLost:
                if (attempt.Error is NpgsqlException and not HaConnectException)
                {
                    _metrics.ConnectionFailed(attempt.Node, attempt.Error);
                    _state.ReportTrouble(attempt.Node);
                }

                throw Unknown(operation, node, patience, "the connection was lost while it ran", attempt.Error);
            case AttemptOutcome.Cancelled:
                throw patience.Token.IsCancellationRequested
                    ? new OperationCanceledException("The work was cancelled, and its node says so: what ran was not applied.", attempt.Error, patience.Token)
                    : new NpgsqlException("The command timed out and was cancelled: it was not applied.", new TimeoutException($"It took longer than {operation.Request.Timeout} (CommandTimeout).", attempt.Error));
            default:
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

    private Exception Unknown(Operation operation, string node, CallerPatience patience, string why, Exception? inner)
    {
        if (operation.Request.Read is not null)
        {
            return patience.HasEnded
                ? new OperationCanceledException($"The read on node {node} was given up.", inner, patience.Token)
                : new RepeatException($"The read on node {node} is repeated: {why}.", inner);
        }

        operation.LastUnknown = $"Whether the work on node {node} was applied is not known: {why}.";
        if (patience.HasEnded)
            return CommitOutcomeUnknownException.Of(operation.LastUnknown, "", _state.Current, isTransient: false, inner);
        return operation.Request.Kind == WorkKind.IdempotentWrite
            ? new RepeatException($"Work on node {node} is repeated: {why}.", inner)
            : CommitOutcomeUnknownException.Of(operation.LastUnknown, "It is not declared idempotent, so it is not repeated.", _state.Current, isTransient: false, inner);
    }

    /// <summary>An open waits by itself; here only work that may be repeated and has time left.</summary>
    private bool MayRetry(ResilienceContext context, Exception? exception)
    {
        var operation = context.Properties.GetValue(OperationKey, null!);
        if (exception is null or HaConnectException || !operation.Request.MayBeRepeated)
            return false;
        if (_time.GetElapsedTime(operation.StartedAt) >= _options.Connections.WaitTimeout)
            return false;
        return exception is RepeatException or PostgresException { IsTransient: true }
            || (exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } && operation.Request.Read is null); // work that only reads has no reason for it
    }

    private sealed class Operation(OperationRequest request, long startedAt)
    {
        internal OperationRequest Request { get; } = request;
        internal long StartedAt { get; } = startedAt;
        internal int Attempts { get; set; }

        /// <summary>Why it is not known of the last such attempt whether it was applied; null where it is known of all.</summary>
        internal string? LastUnknown { get; set; }
    }
}

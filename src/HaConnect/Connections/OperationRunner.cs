using System.Diagnostics;
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
    private readonly ClusterState _state;
    private readonly HaDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly HaMetrics _metrics;
    private readonly ILogger _logger;
    private readonly AbandonedWork _abandoned = new();
    private readonly ResiliencePipeline _pipeline;

    internal OperationRunner(ConnectionOpener opener, ClusterState state, HaDatabaseOptions options, TimeProvider time, HaMetrics metrics, ILogger logger)
    {
        _opener = opener;
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

    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, WorkKind kind, CancellationToken cancellationToken)
    {
        using var activity = HaActivities.Source.StartActivity("haconnect.execute", ActivityKind.Client);
        var operation = new Operation(kind, _time.GetTimestamp());
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(OperationKey, operation);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (c, s) => await s.Runner.AttemptAsync(s.Work, c.Properties.GetValue(OperationKey, null!), c.CancellationToken).ConfigureAwait(false),
                context, (Runner: this, Work: work)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            activity?.SetTag("haconnect.attempts", operation.Attempts);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<T> AttemptAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, Operation operation, CancellationToken cancellationToken)
    {
        operation.Attempts++;
        var connection = await _opener.OpenPrimaryAsync(cancellationToken, operation.StartedAt).ConfigureAwait(false);
        var attempt = new OperationAttempt<T>(connection, _state.Current, cancellationToken);
        var outcome = await attempt.RunAsync(work, _state).ConfigureAwait(false);
        switch (outcome)
        {
            case AttemptOutcome.Succeeded:
                return await attempt.Running.ConfigureAwait(false);
            case AttemptOutcome.Abandoned:
                Log.OperationAbandoned(_logger, attempt.NodeName, operation.Attempts);
                _abandoned.Cancel(attempt.Cancellation);
                throw Unknown(operation, attempt.NodeName, "the node was lost while it ran", null);
            case AttemptOutcome.NotConfirmed:
                throw Unknown(operation, attempt.NodeName, "the wait for a synchronous standby was cancelled, so that its commit is not confirmed", null);
            case AttemptOutcome.ConnectionLost:
                _metrics.ConnectionFailed(attempt.Node, attempt.Running.Exception!.InnerException!);
                _state.ReportTrouble(attempt.Node);
                throw Unknown(operation, attempt.NodeName, "the connection was lost while it ran", attempt.Running.Exception!.InnerException);
            default:
                return await attempt.Running.ConfigureAwait(false); // throws what the work threw
        }
    }

    private Exception Unknown(Operation operation, string node, string why, Exception? inner)
    {
        operation.UnknownOutcomes++;
        return operation.Kind == WorkKind.IdempotentWrite
            ? new RepeatException($"Work on node {node} is repeated: {why}.", inner)
            : new CommitOutcomeUnknownException($"Whether the work on node {node} was applied is not known: {why}. It is not declared idempotent, so it is not repeated.", _state.Current, inner);
    }

    /// <summary>An open waits by itself; here only work that may be repeated and has time left.</summary>
    private bool MayRetry(ResilienceContext context, Exception? exception)
    {
        var operation = context.Properties.GetValue(OperationKey, null!);
        if (exception is null or HaConnectException || operation.Kind != WorkKind.IdempotentWrite)
            return false;
        if (_time.GetElapsedTime(operation.StartedAt) >= _options.Connections.WaitTimeout)
            return false;
        return exception is RepeatException or PostgresException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };
    }

    private sealed class Operation(WorkKind kind, long startedAt)
    {
        internal WorkKind Kind { get; } = kind;
        internal long StartedAt { get; } = startedAt;
        internal int Attempts { get; set; }
        internal int UnknownOutcomes { get; set; }
    }
}

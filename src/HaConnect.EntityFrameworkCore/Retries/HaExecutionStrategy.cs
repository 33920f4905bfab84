using HaConnect.Commits;
using HaConnect.Connections;
using HaConnect.EntityFrameworkCore.Commits;
using HaConnect.EntityFrameworkCore.Contexts;
using HaConnect.Topology;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Retries;

/// <summary>
/// Repeats what is certainly not applied, until <see cref="ConnectionsOptions.WaitTimeout"/>. An operation that hangs on a node which is the primary no longer is cancelled, where it is asynchronous:
/// a context does one thing at a time, so that it must have ended before it can be tried again.
/// </summary>
internal sealed class HaExecutionStrategy(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, int.MaxValue, TimeSpan.Zero)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);
    private static readonly AbandonedWork s_abandoned = new();

    private readonly ContextState _state = dependencies.CurrentContext.Context.GetService<ContextState>();
    private RetryVerdict _verdict;
    private Exception? _judged;
    private bool _isKeptOpen;
    private long _startedAt;

    private HaRuntime Runtime => _state.Runtime;

    /// <summary>For the synchronous members: nothing in the wait needs the caller's thread. A lost node cannot be given up there.</summary>
    public override TResult Execute<TState, TResult>(TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded) =>
        base.Execute(
            state,
            Current is not null ? operation : (context, s) =>
            {
                _state.Begin(new Attempt(CancellationToken.None, CancellationToken.None));
                var isStillRead = false;
                try
                {
                    var result = operation(context, s);
                    isStillRead = !_state.HasWrittenAsync().GetAwaiter().GetResult();
                    return result;
                }
                catch (Exception e)
                {
                    if (Judged(e) is { } told)
                        throw told;
                    throw;
                }
                finally
                {
                    if (!isStillRead)
                        _state.EndAttempt();
                }
            },
            verifySucceeded);

    public override Task<TResult> ExecuteAsync<TState, TResult>(
        TState state, Func<DbContext, TState, CancellationToken, Task<TResult>> operation, Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default) =>
        base.ExecuteAsync(state, Current is not null ? operation : (context, s, token) => AttemptAsync(t => operation(context, s, t), token), verifySucceeded, cancellationToken);

    protected override void OnFirstExecution()
    {
        base.OnFirstExecution();
        _state.Adopt();
        _state.DropUnlessKeptOpen(); // what an operation without a strategy has lost is none of this one
        _isKeptOpen = _state.IsOpen || !_state.IsOurs();
        _startedAt = Runtime.Time.GetTimestamp();
    }

    protected override void OnRetry() => _state.Drop();

    protected override TimeSpan? GetNextDelay(Exception lastException)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(ExceptionsEncountered.Count - 1, 10)) * (0.5 + Random.NextDouble());
        return delay < LongestDelay ? delay : LongestDelay;
    }

    /// <summary>Of no other exception than the one that was judged: one of the application's verification is not known.</summary>
    protected override bool ShouldRetryOn(Exception exception) => ReferenceEquals(exception, _judged) && _verdict == RetryVerdict.Repeat;

    protected override bool ShouldVerifySuccessOn(Exception exception) => exception is CommitOutcomeUnknownException || ShouldRetryOn(exception);

    /// <summary>Another context has applied something within an attempt of this one.</summary>
    internal void AppliedWithin(ContextState other)
    {
        if (!ReferenceEquals(other, _state))
            _state.Attempt.HasApplied();
    }

    private async Task<TResult> AttemptAsync<TResult>(Func<CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempt = new Attempt(cancellationToken, cancellation.Token);
        _state.Begin(attempt);
        var isGivenUp = false;
        var isStillRead = false;
        try
        {
            var running = operation(cancellation.Token);
            while (!running.IsCompleted && !isGivenUp)
            {
                var change = Runtime.State.NextChange; // taken before the snapshot is looked at
                isGivenUp = IsLost() && attempt.TryGiveUp();
                if (isGivenUp)
                    s_abandoned.Cancel(cancellation); // on another thread: Npgsql asks the server, and blocks while that is silent
                else
                    await Task.WhenAny(running, change).ConfigureAwait(false);
            }

            var result = await running.ConfigureAwait(false);
            isStillRead = !await _state.HasWrittenAsync().ConfigureAwait(false);
            return result;
        }
        catch (Exception e)
        {
            if (Judged(e) is { } told)
                throw told;
            throw;
        }
        finally
        {
            if (!isStillRead)
                _state.EndAttempt();
            if (!isGivenUp)
                cancellation.Dispose(); // else who cancels it does
        }
    }

    /// <summary>A write's node, once another one is the primary; a read's, once it answers no probe.</summary>
    private bool IsLost() => _state.Node is { } node
        && (_state.IsReading ? Runtime.State.Current.Of(node) is { Reachability: NodeReachability.Unreachable } : PrimaryLoss.IsLost(Runtime.State.Current, node));

    /// <summary>What is told instead of the error; null where the error itself is.</summary>
    private Exception? Judged(Exception exception)
    {
        var attempt = _state.Attempt;
        var error = CallOnWrappedException(exception, static e => e);
        _verdict = RetryRule.Judge(error, _state.IsBroken, attempt.IsGivenUp, attempt.IsWriting, attempt.MayBeApplied, _state.IsReading, _isKeptOpen, attempt.CallerGaveUp);
        _state.Lost(error);
        Exception? told = null;
        if (_verdict == RetryVerdict.Unknown)
        {
            attempt.MayHaveWritten();
            told = Unknowns.Of(_state, "the connection was lost while it ran", error);
        }
        else if (_verdict == RetryVerdict.WroteWhileReading)
        {
            told = ReadErrors.Write("The statement", error);
        }
        else if (_verdict == RetryVerdict.LostInPart)
        {
            told = new HaConnectException(
                $"Node {_state.Node?.Name} was lost while the operation ran, and it was given up. It is not repeated: {(attempt.MayBeApplied ? "something of it was applied, or may have been" : "the application keeps its connection open")}.",
                Runtime.State.Current, isTransient: false, error);
        }
        else if (_verdict == RetryVerdict.Repeat && Runtime.Time.GetElapsedTime(_startedAt) >= Runtime.Options.Connections.WaitTimeout)
        {
            told = new HaConnectException(
                $"{error.Message} It was not applied. There is no time left for another attempt (Connections.WaitTimeout). {Runtime.State.Current.Describe()}", Runtime.State.Current, isTransient: true, error);
            _verdict = RetryVerdict.Throw;
        }

        if (_verdict != RetryVerdict.Repeat && !_isKeptOpen)
            _state.Drop();
        _judged = told ?? error;
        return told;
    }
}

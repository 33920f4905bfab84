using System.Runtime.ExceptionServices;

namespace HaConnect.Connections;

/// <summary>One operation and how its attempts ended.</summary>
internal class Operation(OperationRequest request, long startedAt)
{
    private int _isRunning;

    internal OperationRequest Request { get; } = request;

    internal long StartedAt { get; } = startedAt;

    internal int Attempts { get; private set; }

    /// <summary>What is known of the last attempt.</summary>
    internal WorkEnd End { get; set; }

    /// <summary>Why it is not known of the last such attempt whether it was applied; null where it is known of all.</summary>
    internal string? LastUnknown { get; set; }

    internal bool IsRead => Request.Read is not null;

    internal bool MayBeRepeated => RepeatRule.Allows(Request.Kind, IsRead, End);

    /// <exception cref="InvalidOperationException">An attempt runs already.</exception>
    protected void Begin()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 1)
            throw new InvalidOperationException("The pipeline made by ConfigureRetries begins an attempt while another one still runs: leave out the strategy that does so (reads are hedged by Routing.HedgeAfter).");
        Attempts++;
        End = WorkEnd.NotApplied;
    }

    protected void Ended() => Volatile.Write(ref _isRunning, 0);
}

/// <inheritdoc/>
internal sealed class Operation<T>(OperationRequest request, long startedAt) : Operation(request, startedAt)
{
    private T _result = default!;
    private ExceptionDispatchInfo? _error;

    /// <summary>
    /// Runs an attempt, unless the one before must not be followed by another: then its own end is told again. A pipeline of the application's may ask
    /// for anything, and even for a repeat of what has succeeded.
    /// </summary>
    internal async Task<T> TryAsync(Func<Operation<T>, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        if (Attempts > 0 && !MayBeRepeated)
        {
            _error?.Throw();
            return _result;
        }

        Begin();
        try
        {
            _result = await attempt(this, cancellationToken).ConfigureAwait(false);
            _error = null;
            End = WorkEnd.Applied;
            return _result;
        }
        catch (Exception e)
        {
            _error = ExceptionDispatchInfo.Capture(e);
            throw;
        }
        finally
        {
            Ended();
        }
    }
}

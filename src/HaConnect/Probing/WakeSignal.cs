namespace HaConnect.Probing;

/// <summary>An automatically reset signal with a time-out: any number of wakes before a wait end that wait at once.</summary>
internal sealed class WakeSignal(TimeProvider time)
{
    private TaskCompletionSource _signal = New();

    internal void Set() => Volatile.Read(ref _signal).TrySetResult();

    /// <returns>False where the time-out came first.</returns>
    internal async Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref _signal).Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _signal, New());
            return true;
        }
        catch (TimeoutException)
        {
            return false; // the interval has passed: the usual way for this wait to end
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace HaConnect.Connections;

/// <summary>
/// When the caller no longer waits: its token, or its command time-out. Both act from outside; Npgsql is given neither, since it would
/// send a cancel request.
/// </summary>
internal sealed class CallerPatience : IDisposable
{
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _either;
    private readonly CancellationTokenRegistration _registration;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CallerPatience(TimeSpan? timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        _deadline = timeout is { } t ? new CancellationTokenSource(t, time) : null;
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline?.Token ?? CancellationToken.None);
        _registration = _either.Token.UnsafeRegister(static ended => ((TaskCompletionSource)ended!).TrySetResult(), _ended);
    }

    /// <summary>The caller's.</summary>
    internal CancellationToken Token { get; }

    internal bool HasEnded => _either.IsCancellationRequested;

    /// <summary>Completes when it has ended.</summary>
    internal Task Ended => _ended.Task;

    public void Dispose()
    {
        _registration.Dispose();
        _either.Dispose();
        _deadline?.Dispose();
    }
}

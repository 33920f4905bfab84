namespace HaConnect.Operations.Integrity;

/// <summary>Bounds the load: behind each statement it rests for as long as the share of time says, and it waits while something is held against reading on.</summary>
internal sealed class Pace(VerificationOptions options)
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = options.TimeProvider;
    private volatile string? _hold;

    /// <summary>Why nothing is read now; null while it is.</summary>
    internal string? Hold { get => _hold; set => _hold = value; }

    internal async Task<T> RunAsync<T>(Func<Task<T>> statement, CancellationToken cancellationToken) => (await MeasureAsync(statement, cancellationToken).ConfigureAwait(false)).Result;

    internal async Task<(T Result, TimeSpan Took)> MeasureAsync<T>(Func<Task<T>> statement, CancellationToken cancellationToken)
    {
        await WhileHeldAsync(cancellationToken).ConfigureAwait(false);
        var startedAt = _time.GetTimestamp();
        var result = await statement().ConfigureAwait(false);
        var took = _time.GetElapsedTime(startedAt);
        if (RestAfter(took, options.MaxLoad) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, _time, cancellationToken).ConfigureAwait(false);
        return (result, took);
    }

    internal static TimeSpan RestAfter(TimeSpan took, double maxLoad)
    {
        var rest = took * (1 / maxLoad - 1);
        return rest < s_most ? rest : s_most;
    }

    /// <exception cref="VerificationHeldException">It is held for too long.</exception>
    private async Task WhileHeldAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (_hold is { } reason)
        {
            if (_time.GetElapsedTime(startedAt) > options.FollowTimeout)
                throw new VerificationHeldException(reason);
            await Task.Delay(s_look, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}

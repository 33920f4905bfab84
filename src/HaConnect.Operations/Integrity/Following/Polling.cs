namespace HaConnect.Operations.Integrity;

/// <summary>Waits for what only asking can tell.</summary>
internal static class Polling
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_most = TimeSpan.FromMilliseconds(200);

    internal static async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        for (var pause = s_first; ; pause = pause * 2 < s_most ? pause * 2 : s_most)
        {
            if (await condition().ConfigureAwait(false))
                return true;
            if (time.GetElapsedTime(startedAt) > limit)
                return false;
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}

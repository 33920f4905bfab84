namespace HaConnect.Testing.Processes;

/// <summary>Waits for conditions of other processes, which can only be asked, never awaited.</summary>
internal static class Poll
{
    /// <summary>Waits until <paramref name="problem"/>, which says what stands against <paramref name="what"/>, says null.</summary>
    /// <exception cref="TimeoutException">It did not come true in time; the message says what stood against it last.</exception>
    public static async Task UntilAsync(string what, Func<CancellationToken, Task<string?>> problem, TimeSpan timeout, TimeSpan interval, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await problem(cancellationToken).ConfigureAwait(false) is { } reason)
        {
            if (TimeProvider.System.GetElapsedTime(start) > timeout)
                throw new TimeoutException($"{what} did not come true within {timeout.TotalSeconds:0.#} s: {reason}");
            await Task.Delay(interval, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }
}

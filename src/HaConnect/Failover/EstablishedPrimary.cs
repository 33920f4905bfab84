using HaConnect.Topology;

namespace HaConnect.Failover;

/// <summary>The primary as whoever asks it for something has to know it: with its term.</summary>
internal static class EstablishedPrimary
{
    /// <param name="state">The cluster as it is seen from here.</param>
    /// <param name="limit">How long to wait for one.</param>
    /// <param name="who">Who needs it, for the sentence of the exception.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<ClusterSnapshot> WaitAsync(ClusterState state, TimeSpan limit, string who, TimeProvider time, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var (change, now) = (state.NextChange, state.Current);
            if (now is { PrimaryNode: not null, Term: not null })
                return now;
            var left = limit - time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
                throw new NoPrimaryException($"{who} needs an established primary, and there was none within Connections.WaitTimeout = {limit}. {now.Describe()}", now, isTransient: true, null);
            await Task.WhenAny(change, Task.Delay(left, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

using HaConnect.Connections;

namespace HaConnect.Operations.Auditing;

/// <summary>A session of the control user at the primary, and the cluster as it was seen when it was opened.</summary>
internal sealed class PrimarySession(ISessionSource source, ISession session, ClusterSnapshot seen) : IAsyncDisposable
{
    internal static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    internal ISession Session => session;

    internal string Node => seen.Primary!.Name;

    /// <summary>Whether writes still belong to that node, in that term.</summary>
    internal bool IsAtPrimary(ClusterSnapshot now) => ReferenceEquals(now.PrimaryNode, seen.PrimaryNode) && now.Term == seen.Term;

    /// <param name="runtime">The cluster.</param>
    /// <param name="limit">How long to wait for a primary; null for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoPrimaryException">There was none in time.</exception>
    internal static async Task<PrimarySession> OpenAsync(HaRuntime runtime, TimeSpan? limit, CancellationToken cancellationToken)
    {
        runtime.EnsureStarted();
        var now = await WaitAsync(runtime, limit, cancellationToken).ConfigureAwait(false);
        var source = runtime.OperatorSessions(now.PrimaryNode!);
        try
        {
            return new PrimarySession(source, await source.OpenAsync(StatementTimeout, cancellationToken).ConfigureAwait(false), now);
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<ClusterSnapshot> WaitAsync(HaRuntime runtime, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var startedAt = runtime.Time.GetTimestamp();
        while (true)
        {
            var (change, now) = (runtime.State.NextChange, runtime.State.Current);
            if (now.PrimaryNode is not null)
                return now;
            var left = limit - runtime.Time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero)
                throw new NoPrimaryException($"The audit trail on the cluster is read at the primary, and there was none within {limit}. {now.Describe()}", now, isTransient: true, null);
            await Task.WhenAny(change, Task.Delay(left ?? Timeout.InfiniteTimeSpan, runtime.Time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

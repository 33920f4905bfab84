using System.Runtime.CompilerServices;
using HaConnect.Connections;
using HaConnect.Probing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Listening;

/// <summary>Listens at the primary, whichever it is, and tells each time that it begins to. All its work is done while its consumer waits for the next element.</summary>
internal sealed class NotificationStream(ConnectionOpener opener, ClusterState state, Func<Node, NpgsqlDataSource> createSource, HaDatabaseOptions options, TimeProvider time, CancellationToken ended)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OverloadPause = TimeSpan.FromSeconds(1);

    internal async IAsyncEnumerable<HaNotification> RunAsync(string listen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        var (since, why) = (time.GetUtcNow(), "listening has begun");
        long? startedAt = time.GetTimestamp();
        ListeningSession? session = null;
        try
        {
            while (true)
            {
                if (session is null)
                {
                    session = await OpenAsync(listen, startedAt, stop.Token).ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (session is null)
                        yield break;
                    yield return new HaNotification { MissedSince = since, Reason = $"{why}; listening at {session.Node.Name}" };
                    startedAt = null;
                }

                while (session.TryTake(out var notification))
                    yield return notification!;
                var lost = await session.WaitAsync(state, stop.Token).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (ended.IsCancellationRequested)
                    yield break;
                if (lost is null)
                    continue;
                (since, why) = (session.HeardAt, lost);
                while (session.TryTake(out var notification))
                    yield return notification!;
                session = null;
            }
        }
        finally
        {
            if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <param name="listen">The statement.</param>
    /// <param name="startedAt">When the deadline began; null for none: once it has listened it goes on for as long as it takes.</param>
    /// <param name="stop">Ends the wait, and then, or where the data source is disposed, null is returned.</param>
    private async Task<ListeningSession?> OpenAsync(string listen, long? startedAt, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var change = state.NextChange; // taken before the snapshot is looked at
                if (state.Current.PrimaryNode is { } node && await TryOpenAsync(node, listen, stop).ConfigureAwait(false) is { } session)
                    return session;
                await opener.WaitForChangeAsync(change, startedAt, "channels could be listened to", stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException && stop.IsCancellationRequested || e is ObjectDisposedException)
        {
            return null;
        }
    }

    private async Task<ListeningSession?> TryOpenAsync(Node node, string listen, CancellationToken stop)
    {
        try
        {
            var session = await ListeningSession.OpenAsync(node, createSource(node), listen, Timeout, time, stop).ConfigureAwait(false);
            if (ReferenceEquals(state.Current.PrimaryNode, node))
                return session;
            await session.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException && !stop.IsCancellationRequested)
        {
            OpenErrors.ThrowIfHopeless(e, node, state.Current);
            var overloaded = ErrorClassifier.Classify(e).Kind == ProbeFailureKind.Overloaded;
            if (!overloaded)
                state.ReportTrouble(node);
            await Task.Delay(overloaded ? OverloadPause : options.Probing.SuspectInterval, time, stop).ConfigureAwait(false);
        }

        return null;
    }
}

namespace HaConnect.Cli.Connecting;

/// <summary>A data source that changes nothing on any server, and what it has found out about the cluster.</summary>
internal sealed class ObservedCluster : IAsyncDisposable
{
    private readonly TimeProvider _time;

    private ObservedCluster(HaDatabaseOptions options, HaDataSource db, TimeProvider time) => (Options, Db, _time) = (options, db, time);

    internal HaDatabaseOptions Options { get; }

    internal HaDataSource Db { get; }

    internal ClusterSnapshot Snapshot => Db.Snapshot;

    /// <summary>Looks until all that can be known at once is known, or the time is over.</summary>
    internal static async Task<ObservedCluster> LookAsync(HaDatabaseOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        options.Failover.Mode = FailoverMode.Observe;
        var observed = new ObservedCluster(options, new HaDataSourceBuilder(options).Build(), TimeProvider.System);
        try
        {
            observed.Db.Start();
            await observed.UntilKnownAsync(timeout, cancellationToken);
            return observed;
        }
        catch
        {
            await observed.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Db.DisposeAsync();

    private async Task UntilKnownAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (true)
        {
            var change = Db.NextChange; // taken before the snapshot is looked at
            var left = timeout - _time.GetElapsedTime(startedAt);
            if (IsKnown(Snapshot) || left <= TimeSpan.Zero)
                return;
            await change.WaitAsync(left, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Each node has answered, or is certainly not there; and of each standby that receives it is proven how fresh it is.</summary>
    private static bool IsKnown(ClusterSnapshot snapshot) => snapshot.IsComplete && snapshot.Nodes.All(n => n switch
    {
        { IsMisconfigured: true } or { Reachability: NodeReachability.Unreachable } => true,
        { Reachability: not NodeReachability.Reachable } => false,
        { Role: NodeRole.Standby, Lag: null, Facts.LastState.HasReceiver: true } => snapshot.Primary is null,
        _ => true,
    });
}

namespace HaConnect.Topology;

/// <summary>Tells when a node is the primary no longer since another one is: what still runs there need not be waited for.</summary>
internal static class PrimaryLoss
{
    internal static bool IsLost(ClusterSnapshot now, Node node) => now.PrimaryNode is { } primary && !ReferenceEquals(primary, node);

    /// <summary>Ends when it is lost, or when the token is cancelled; never with an error.</summary>
    internal static async Task WaitAsync(ClusterState state, Node node, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = state.NextChange; // taken before the snapshot is looked at
            if (IsLost(state.Current, node))
                return;
            await change.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

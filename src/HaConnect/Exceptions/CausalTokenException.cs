namespace HaConnect;

/// <summary>
/// A causal token cannot be honoured: what it stands for was lost in a failover, or may have been; or it is another cluster's. The message says
/// which. Not transient: drop the token, and look at the data.
/// </summary>
public sealed class CausalTokenException : HaConnectException
{
    private CausalTokenException(string message, CausalToken token, ClusterSnapshot snapshot)
        : base(message, snapshot, isTransient: false) => Token = token;

    /// <param name="token">The token, or what stands for all of the reign in which something was done in a scope.</param>
    /// <param name="why">Why it cannot be honoured.</param>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="isOfScope">Whether it is the latter.</param>
    internal static CausalTokenException Of(CausalToken token, string why, ClusterSnapshot snapshot, bool isOfScope) => new(
        isOfScope ? $"What was written or read in this causal scope before cannot be found again for certain: {why}." : $"The causal token {token} cannot be honoured: {why}.", token, snapshot);

    /// <summary>The token.</summary>
    public CausalToken Token { get; }
}

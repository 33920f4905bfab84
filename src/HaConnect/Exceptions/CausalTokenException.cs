namespace HaConnect;

/// <summary>
/// A causal token cannot be honoured: what it stands for was lost in a failover, or may have been; or it is another cluster's. The message says
/// which. Not transient: drop the token, and look at the data.
/// </summary>
public sealed class CausalTokenException : HaConnectException
{
    internal CausalTokenException(CausalToken token, string why, ClusterSnapshot snapshot)
        : base($"The causal token {token} cannot be honoured: {why}.", snapshot, isTransient: false) => Token = token;

    /// <summary>The token.</summary>
    public CausalToken Token { get; }
}

namespace HaConnect.Operations;

/// <summary>What a rejoin did.</summary>
/// <param name="Method">How the node was brought back.</param>
/// <param name="Reason">Why in this way, as a sentence for people.</param>
/// <param name="Primary">The name of the primary that it follows.</param>
/// <param name="Timeline">The primary's timeline, on which the node now streams.</param>
public sealed record RejoinResult(RejoinMethod Method, string Reason, string Primary, int Timeline)
{
    /// <summary>What else was done or is to be done, as sentences: replication slots that were created again, or are gone. Empty for none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

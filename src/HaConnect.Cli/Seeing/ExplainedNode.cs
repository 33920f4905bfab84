namespace HaConnect.Cli.Seeing;

/// <summary>Why a node would be used or not.</summary>
/// <param name="Node">Its name.</param>
/// <param name="IsChosen">Whether it would be; where it is so of several, one of them.</param>
/// <param name="Why">Why.</param>
internal sealed record ExplainedNode(string Node, bool IsChosen, string Why);

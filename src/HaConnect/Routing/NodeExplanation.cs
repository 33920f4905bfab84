namespace HaConnect;

/// <summary>One node of a <see cref="RoutingExplanation"/>.</summary>
/// <param name="Node">The node.</param>
/// <param name="IsChosen">Whether it would be used; where it is so of several, one of two that are picked at random, the one with fewer connections in use.</param>
/// <param name="Why">Why it would be used or not.</param>
public sealed record NodeExplanation(NodeSnapshot Node, bool IsChosen, string Why);

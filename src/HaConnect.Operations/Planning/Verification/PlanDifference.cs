namespace HaConnect.Operations.Planning.Verification;

/// <summary>Something that is otherwise than planned.</summary>
/// <param name="Node">Where; null where it is of no one node.</param>
/// <param name="What">A setting, or what else was compared.</param>
/// <param name="Planned">As it should be.</param>
/// <param name="Found">As it is.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record PlanDifference(string? Node, string What, string Planned, string Found, string Remedy);

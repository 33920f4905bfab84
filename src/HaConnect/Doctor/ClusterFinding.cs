namespace HaConnect;

/// <summary>One thing that the diagnosis found. docs/operations/doctor.md lists what is looked for.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Node">The node where it was seen; null where it concerns the whole cluster.</param>
/// <param name="Problem">What was seen, and why it matters, as a sentence for people.</param>
/// <param name="Remedy">
/// What mends it, for people. What follows <c>run there: </c> is to be run by a superuser on <paramref name="Node"/>, and what follows
/// <c>run at the primary: </c> on the primary; HaConnect never runs it.
/// </param>
public sealed record ClusterFinding(FindingSeverity Severity, string? Node, string Problem, string Remedy);

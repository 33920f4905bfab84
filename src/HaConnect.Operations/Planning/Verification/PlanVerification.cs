namespace HaConnect.Operations.Planning.Verification;

/// <summary>What came of holding a cluster against its plan.</summary>
/// <param name="Differences">What is otherwise.</param>
/// <param name="Unseen">What could not be looked at, and why.</param>
internal sealed record PlanVerification(IReadOnlyList<PlanDifference> Differences, IReadOnlyList<string> Unseen);

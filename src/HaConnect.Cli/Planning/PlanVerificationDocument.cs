using HaConnect.Operations.Planning.Verification;

namespace HaConnect.Cli.Planning;

/// <summary>What <c>plan --verify</c> tells.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Cluster">Its name.</param>
/// <param name="Differences">What is otherwise than planned.</param>
/// <param name="Unseen">What could not be looked at, and why.</param>
internal sealed record PlanVerificationDocument(int SchemaVersion, string Cluster, IReadOnlyList<PlanDifference> Differences, IReadOnlyList<string> Unseen);

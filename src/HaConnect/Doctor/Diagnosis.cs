namespace HaConnect.Doctor;

/// <summary>All checks, the worst findings first. Pure.</summary>
internal static class Diagnosis
{
    internal static IReadOnlyList<ClusterFinding> Of(Examination seen) =>
        [.. AccessChecks.Find(seen).Concat(PreflightChecks.Find(seen)).Concat(ServerChecks.Find(seen)).Concat(ReplicationChecks.Find(seen)).Concat(SlotChecks.Find(seen)).Concat(MajorityChecks.Find(seen)).OrderByDescending(f => f.Severity)];

    internal static ClusterFinding Warning(string? node, string problem, string remedy) => new(FindingSeverity.Warning, node, problem, remedy);
}

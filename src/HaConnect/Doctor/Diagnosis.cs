namespace HaConnect.Doctor;

/// <summary>All checks, the worst findings first. Pure.</summary>
internal static class Diagnosis
{
    private static readonly Func<Examination, IEnumerable<ClusterFinding>>[] s_checks =
    [
        AccessChecks.Find, PreflightChecks.Find, QuorumChecks.Find, MajorityChecks.Find, VersionChecks.Find, ClockChecks.Find,
        ReplicationChecks.Find, StreamChecks.Find, ReplayChecks.Find, SlotChecks.Find, HeldSlotChecks.Find,
        ServerChecks.Find, SettingsChecks.Find, FileChecks.Find, ArchiveChecks.Find, UpkeepChecks.Find,
        TransportChecks.Find, HbaChecks.Find, RoleChecks.Find, ServiceRoleChecks.Find,
    ];

    internal static IReadOnlyList<ClusterFinding> Of(Examination seen) => [.. s_checks.SelectMany(c => c(seen)).OrderByDescending(f => f.Severity)];

    internal static ClusterFinding Unsafe(string code, string? node, string problem, Mend mend) => Finding(FindingSeverity.Unsafe, code, node, problem, mend);

    internal static ClusterFinding Warning(string code, string? node, string problem, Mend mend) => Finding(FindingSeverity.Warning, code, node, problem, mend);

    internal static ClusterFinding Information(string code, string? node, string problem, Mend mend) => Finding(FindingSeverity.Information, code, node, problem, mend);

    private static ClusterFinding Finding(FindingSeverity severity, string code, string? node, string problem, Mend mend) => new(severity, node, problem, mend.Remedy)
    {
        Code = code,
        Sql = mend.Sql,
        RunAt = mend.RunAt,
        NeedsRestart = mend.NeedsRestart,
    };
}

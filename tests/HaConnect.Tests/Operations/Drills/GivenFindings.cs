using HaConnect.Operations;
using HaConnect.Operations.Drills.Reporting;

namespace HaConnect.Tests.Operations.Drills;

/// <summary>Findings of a drill that has passed, to be changed.</summary>
internal static class GivenFindings
{
    internal static DrillFindings Passed { get; } = new()
    {
        Kind = DrillKind.Failover,
        Fault = "kill",
        Cluster = "local-drill",
        IsLocal = true,
        At = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
        DurationSeconds = 30,
        Passed = true,
        Problems = [],
        FirstPrimary = "n1",
        NewPrimary = "n2",
        FirstTimeline = 1,
        NewTimeline = 2,
        DetectionSeconds = 0.15,
        RecoverySeconds = 0.53,
        RecoveryTargetSeconds = 300,
        LongestWriteGapSeconds = 0.49,
        AckedWrites = 27_264,
        LostWrites = 0,
        LostTarget = 0,
        LostKeys = [],
        FailedOperations = 0,
        Failures = [],
        RetriedUnknown = 4,
        FoundApplied = 1,
        ReadsByNode = new Dictionary<string, int> { ["n2"] = 635, ["n3"] = 3589 },
        MaxReadStalenessSeconds = 0.016,
        MaxReplicaLagSeconds = 1,
        Integrity = new DrillIntegrity(54_528, 0, 1, [new DrillIntegrityPair("n1", "n2", 27_264, 0, [], []), new DrillIntegrityPair("n1", "n3", 27_264, 0, [], [])]),
        BroughtBack = ["brought back: n1 by pg_rewind"],
        IsInFirstShape = true,
        Command = null,
        Timeline = [new DrillEvent(-3, "elected", "vm is the coordinator"), new DrillEvent(0, "fault", "SIGKILL <to> every process"), new DrillEvent(0.15, "detected", "n1 is lost"), new DrillEvent(0.53, "first write", "acked")],
        AckedPerTenth = [.. Enumerable.Repeat(100, 20), 0, 0, 0, 0, 0, .. Enumerable.Repeat(90, 40)],
        BeganAtSeconds = -2,
        Environment = [new DrillFact("PostgreSQL", "15.18")],
        NotProven = ["that a cluster of yours does the same."],
    };
}

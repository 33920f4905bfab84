using HaConnect.Operations;
using HaConnect.Operations.Drills.History;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>Drills as trails tell of them.</summary>
internal static class GivenDrills
{
    internal static DateTimeOffset Utc(int year, int month, int day, int hour = 0) => new(year, month, day, hour, 0, 0, TimeSpan.Zero);

    internal static DrillOutcome Outcome(DrillKind kind, DateTimeOffset at, bool passed = true, bool isLocal = false, string cluster = "main") => new(kind, at, cluster, passed, "it was drilled") { IsLocal = isLocal, Recovery = TimeSpan.FromSeconds(0.5), RecoveryTarget = TimeSpan.FromMinutes(5), LostWrites = 0 };

    internal static DrillEntry Entry(DrillOutcome outcome, string? by = null) => new(outcome, "app1", by, outcome.At.AddMinutes(1));

    internal static AuditEntry Record(AuditRecord record, long seq, string chain = "a") => new(chain, seq, "hash", record, false, "{}");
}

using HaConnect.Operations;
using HaConnect.Operations.Drills.History;

namespace HaConnect.Cli.Drilling.History;

/// <summary>A drill in the document of <c>drill history</c>.</summary>
internal sealed record DrillRow(
    DateTimeOffset At, string Kind, string Cluster, bool Passed, bool IsLocal, bool Counts, string? Fault, string? Node, double? DetectionSeconds, double? RecoverySeconds, double? RecoveryTargetSeconds, double? WriteGapSeconds,
    long? AckedWrites, long? LostWrites, double? VerifiedRate, double? MaxLagSeconds, string Instance, string? By, string Sentence)
{
    internal static DrillRow Of(DrillEntry entry, DrillHistory history)
    {
        var o = entry.Outcome;
        return new DrillRow(
            o.At, o.Kind.ToString().ToLowerInvariant(), o.Cluster, o.Passed, o.IsLocal, o.Passed && history.Counted.Contains(o), o.Fault, o.Node, o.Detection?.TotalSeconds, o.Recovery?.TotalSeconds, o.RecoveryTarget?.TotalSeconds,
            o.WriteGap?.TotalSeconds, o.AckedWrites, o.LostWrites, o.VerifiedRate, o.MaxLag?.TotalSeconds, entry.Instance, entry.By, o.Sentence);
    }
}

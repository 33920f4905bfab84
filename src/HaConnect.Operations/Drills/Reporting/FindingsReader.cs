using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Workload;

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Makes the figures of the ledger and the timeline. Pure.</summary>
internal static class FindingsReader
{
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);

    /// <summary>Without what only the course of the drill knows.</summary>
    internal static DrillFindings Of(Ledger ledger, DrillTimeline timeline, FinalRead? final, DrillFindings known)
    {
        var writes = ledger.Writes.SelectMany(list => list).ToArray();
        return known with
        {
            DetectionSeconds = DrillNumbers.Rounded(Detection(ledger, timeline)),
            RecoverySeconds = DrillNumbers.Rounded(WriteGaps.FaultToFirstWrite(ledger, known.FirstPrimary)),
            LongestWriteGapSeconds = DrillNumbers.Rounded(WriteGaps.Longest(ledger))!.Value,
            AckedWrites = writes.Count(write => write.AckedAt is not null),
            LostWrites = final?.Lost.Count,
            LostKeys = [.. (final?.Lost ?? new HashSet<WriteKey>()).OrderBy(key => key.Writer).ThenBy(key => key.Sequence).Take(FinalRead.MaxNamed).Select(key => key.ToString())],
            FailedOperations = ledger.Failures.Count,
            Failures = [.. ledger.Failures.Take(FinalRead.MaxNamed)],
            RetriedUnknown = writes.Count(write => write.Attempts > 1),
            FoundApplied = writes.Count(write => write.WasApplied),
            ReadsByNode = ledger.Reads.GroupBy(read => read.Node, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            MaxReadStalenessSeconds = DrillNumbers.Rounded(Staleness.Greatest(ledger, final?.Lost ?? new HashSet<WriteKey>()))!.Value,
            NewTimeline = final?.Timeline,
            Timeline = [.. timeline.Events.OrderBy(e => e.At).Select(e => new DrillEvent(After(ledger, e.At), e.Label, e.Sentence))],
            AckedPerTenth = WriteGaps.Rate(ledger, Tenth),
            BeganAtSeconds = After(ledger, ledger.WorkloadBeganAt),
        };
    }

    private static TimeSpan? Detection(Ledger ledger, DrillTimeline timeline) => ledger.FaultAt is { } faultAt
        && timeline.Events.Where(e => e.Label == DrillTimeline.Detected && e.At >= faultAt).Select(e => (long?)e.At).Min() is { } at ? ledger.Between(faultAt, at) : null;

    private static double After(Ledger ledger, long at) => DrillNumbers.Rounded(ledger.Between(ledger.FaultAt ?? ledger.WorkloadBeganAt, at))!.Value;
}

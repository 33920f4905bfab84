namespace HaConnect.Histories;

/// <summary>Judges a history against what is promised, from what clients were told and what servers hold in the end alone. Pure.</summary>
internal static class HistoryJudge
{
    internal static Judgement Judge(IEnumerable<HistoryEvent> events)
    {
        var history = new History(events);
        var main = history.Finals.Find(f => f.Role == FinalRole.Primary);
        HashSet<(string, long)> present = main is null ? [] : FinalChecks.RowsOf(main);
        List<Violation> violations = [.. history.Problems.Select(p => new Violation(ViolationKind.Malformed, p))];
        if (history.Problems.Count == 0)
        {
            violations.AddRange(FinalChecks.Judge(history, main!, present));
            violations.AddRange(ReadChecks.Judge(history, present));
            violations.AddRange(PrimaryChecks.Judge(history));
        }

        var unknown = history.Writes.Where(w => w.Acked is null && !w.HasFailed).ToList();
        return new Judgement
        {
            Violations = violations,
            AckedWrites = history.AckedWrites.Count,
            FailedWrites = [.. history.Writes.Where(w => w.HasFailed)],
            FailedReads = [.. history.Reads.Where(r => r.HasFailed)],
            UnknownWrites = unknown.Count,
            UnknownButApplied = unknown.Count(w => present.Contains(w.Key)),
            Reads = history.Reads.Count(r => r.Acked is not null),
            SeenAndVanished = ReadChecks.SeenAndVanished(history, present),
            GreatestStaleness = ReadChecks.GreatestStaleness(history, present),
            Primaries = PrimaryChecks.Primaries(history),
            LongestGap = WriteGaps.Longest(history.AckedWrites.Select(w => w.Ack.At)),
            Faults = WriteGaps.OfFaults(history),
        };
    }
}

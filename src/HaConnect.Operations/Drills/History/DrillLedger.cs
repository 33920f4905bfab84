namespace HaConnect.Operations.Drills.History;

/// <summary>What audit trails tell of drills, whatever is demanded of them: each once, however often it is on record. Pure.</summary>
/// <param name="Outcomes">The drills that came to an end, the oldest first.</param>
/// <param name="Begun">What a schedule has begun, whatever became of it.</param>
/// <param name="Since">The first record of all trails; null where a trail begins later than with its first, or there is none.</param>
internal sealed record DrillLedger(IReadOnlyList<DrillEntry> Outcomes, IReadOnlyList<BegunDrill> Begun, DateTimeOffset? Since)
{
    /// <param name="story">The records, those of the chains themselves too: the first of a chain may be one.</param>
    internal static DrillLedger Of(IEnumerable<AuditEntry> story)
    {
        var (outcomes, begun) = (new List<DrillEntry>(), new List<BegunDrill>());
        var (seen, firsts) = (new HashSet<(string, long)>(), new Dictionary<string, AuditEntry>(StringComparer.Ordinal));
        var told = new HashSet<(DrillKind, DateTimeOffset, string, string)>();
        foreach (var entry in story)
        {
            if (!firsts.TryGetValue(entry.Chain, out var first) || entry.Seq < first.Seq)
                firsts[entry.Chain] = entry;
            if (entry.Record.Kind != AuditKind.Drill || !seen.Add((entry.Chain, entry.Seq)))
                continue;
            if (DrillOutcome.Of(entry.Record) is { } outcome)
            {
                if (told.Add((outcome.Kind, outcome.At, outcome.Cluster, outcome.Sentence))) // a drill and its schedule may both have recorded it
                    outcomes.Add(new DrillEntry(outcome, entry.Record.Coordinator, entry.Record.By, entry.Record.At));
            }
            else if (BegunDrill.Of(entry.Record) is { } mark)
                begun.Add(mark);
        }

        return new DrillLedger(
            [.. outcomes.OrderBy(o => o.Outcome.At)],
            [.. begun.OrderBy(b => b.At)],
            firsts.Count > 0 && firsts.Values.All(f => f.Seq == 1) ? firsts.Values.Min(f => f.Record.At) : null);
    }
}

namespace HaConnect.Histories;

/// <summary>How long the application could not write.</summary>
internal static class WriteGaps
{
    internal static TimeSpan Longest(IEnumerable<long> instants)
    {
        long? before = null;
        long longest = 0;
        foreach (var instant in instants)
        {
            longest = Math.Max(longest, instant - (before ?? instant));
            before = instant;
        }

        return Span(longest);
    }

    internal static IReadOnlyList<FaultOutcome> OfFaults(History history) => [.. history.Faults.Select((fault, i) => Of(history, fault, history.Faults.ElementAtOrDefault(i + 1)?.At ?? long.MaxValue))];

    private static FaultOutcome Of(History history, FaultBegan fault, long end)
    {
        var acks = history.AckedWrites.Select(w => w.Ack).Where(a => a.At > fault.At && a.At < end).ToList();
        var first = acks.Find(a => a.Node != fault.Node);
        return new FaultOutcome(fault, first is null ? null : Span(first.At - fault.At), Longest(acks.Select(a => a.At).Prepend(fault.At)));
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}

namespace HaConnect.Histories;

/// <summary>What a history shows.</summary>
internal sealed record Judgement
{
    public required IReadOnlyList<Violation> Violations { get; init; }

    public required int AckedWrites { get; init; }

    public required IReadOnlyList<Operation> FailedWrites { get; init; }

    public required IReadOnlyList<Operation> FailedReads { get; init; }

    public required int UnknownWrites { get; init; }

    /// <summary>Of the unknown ones, how many are there in the end.</summary>
    public required int UnknownButApplied { get; init; }

    public required int Reads { get; init; }

    /// <summary>
    /// Rows that a read saw although they were never acked, and that are gone in the end. PostgreSQL shows on a standby what its primary
    /// has not acked yet, so that this is no violation.
    /// </summary>
    public required int SeenAndVanished { get; init; }

    /// <summary>How old the oldest acked row was that a read did not see; lost ones left out.</summary>
    public required TimeSpan GreatestStaleness { get; init; }

    /// <summary>Who acked, in the order of their first acks.</summary>
    public required IReadOnlyList<(string Node, int Timeline)> Primaries { get; init; }

    /// <summary>The longest time without any ack between the first and the last.</summary>
    public required TimeSpan LongestGap { get; init; }

    public required IReadOnlyList<FaultOutcome> Faults { get; init; }

    internal int Count(ViolationKind kind) => Violations.Count(v => v.Kind == kind);

    public override string ToString() =>
        $"{AckedWrites} acked, {FailedWrites.Count} failed, {UnknownWrites} unknown ({UnknownButApplied} of them applied), {Reads} reads ({FailedReads.Count} failed, greatest staleness {GreatestStaleness.TotalSeconds:0.000} s, {SeenAndVanished} rows seen and vanished), "
        + $"longest gap {LongestGap.TotalSeconds:0.000} s, acked by {string.Join(", ", Primaries.Select(p => $"{p.Node} on timeline {p.Timeline}"))}"
        + string.Concat(Faults.Select(f => $"\n  {f.Fault.Name}{(f.Fault.Node is null ? "" : " of " + f.Fault.Node)}: first ack elsewhere after {(f.FirstAck is { } first ? $"{first.TotalSeconds:0.000} s" : "(none)")}, longest gap {f.LongestGap.TotalSeconds:0.000} s"))
        + string.Concat(FailedWrites.Concat(FailedReads).Take(5).Select(o => $"\n  {o.Name} failed: {((Failed)o.Outcome!).Why}"))
        + string.Concat(Violations.Take(20).Select(v => $"\n  VIOLATION {v}")) + (Violations.Count > 20 ? $"\n  and {Violations.Count - 20} more" : "");
}

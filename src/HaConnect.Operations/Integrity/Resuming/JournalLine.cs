namespace HaConnect.Operations.Integrity;

/// <summary>A line of the journal of a run.</summary>
internal sealed record JournalLine
{
    /// <summary>In the first line: which two databases, by what they say of themselves.</summary>
    public string? Sides { get; init; }

    /// <summary>In the first line: how many rows are shown, of how many characters each, and whether.</summary>
    public string? Showing { get; init; }

    /// <summary>Which table, with what is compared of it.</summary>
    public string? Table { get; init; }

    public string[]? After { get; init; }

    public string[]? UpTo { get; init; }

    /// <summary>Null where the part was begun.</summary>
    public PartOutcome? Outcome { get; init; }

    /// <summary>When it was verified.</summary>
    public DateTimeOffset? At { get; init; }
}

namespace HaConnect.Operations.Integrity;

/// <summary>What became of a part of a table, or of all of it.</summary>
internal sealed record PartOutcome
{
    public long Rows { get; init; }

    public long DifferentRows { get; init; }

    public long InFlux { get; init; }

    public long Unjudged { get; init; }

    public long ChangedSince { get; init; }

    public IReadOnlyList<RowDifference> Shown { get; init; } = [];

    internal PartOutcome With(PartOutcome other, int mostShown) => new()
    {
        Rows = Rows + other.Rows,
        DifferentRows = DifferentRows + other.DifferentRows,
        InFlux = InFlux + other.InFlux,
        Unjudged = Unjudged + other.Unjudged,
        ChangedSince = ChangedSince + other.ChangedSince,
        Shown = Shown.Count >= mostShown ? Shown : [.. Shown.Concat(other.Shown).Take(mostShown)],
    };
}

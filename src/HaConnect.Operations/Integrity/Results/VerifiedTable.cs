namespace HaConnect.Operations;

/// <summary>What became of one table.</summary>
/// <param name="Name">Schema and name.</param>
/// <param name="Method">How its rows were paired: by which key, by their place, or as a set.</param>
/// <param name="Rows">How many rows it has: those of the left side, and those that only the right side has.</param>
public sealed record VerifiedTable(string Name, string Method, long Rows)
{
    /// <summary>How many of them differ.</summary>
    public long DifferentRows { get; init; }

    /// <summary>How many differed at each look, and changed each time.</summary>
    public long InFlux { get; init; }

    /// <summary>How many could not be judged, since one side did not follow in time.</summary>
    public long Unjudged { get; init; }

    /// <summary>How many were changed or removed at the left since the copy (<see cref="VerificationOptions.AsOf"/>), and could not be judged.</summary>
    public long ChangedSince { get; init; }

    /// <summary>How many of the rows an earlier run had verified (<see cref="VerificationOptions.ResumeFile"/>).</summary>
    public long TakenOver { get; init; }

    /// <summary>How long it was worked on in this run.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Rows that differ, up to <see cref="VerificationOptions.MaxShownRows"/>.</summary>
    public IReadOnlyList<RowDifference> Shown { get; init; } = [];
}

namespace HaConnect.Operations;

/// <summary>How a requirement stands at a moment.</summary>
public sealed record DrillStanding
{
    internal DrillStanding(DrillRequirement requirement) => Requirement = requirement;

    /// <summary>What is demanded.</summary>
    public DrillRequirement Requirement { get; }

    /// <summary>How many were passed within the last <see cref="DrillRequirement.Months"/>.</summary>
    public int Passed { get; internal init; }

    /// <summary>When the last one that counts began; null where there is none.</summary>
    public DateTimeOffset? LastPassed { get; internal init; }

    /// <summary>By when the next one must have been passed; in the past, or this very moment, where it is overdue. Null where it is overdue since before anything that is known.</summary>
    public DateTimeOffset? Due { get; internal init; }

    /// <summary>Whether fewer than demanded were passed, and the time for them is over.</summary>
    public bool IsOverdue { get; internal init; }

    /// <summary>As a sentence.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Requirement.Kind}: {Passed} of {Requirement.Times} passed in the last {Requirement.Months} months, {(IsOverdue ? "overdue" : "the next one is due")}{(Due is { } due ? FormattableString.Invariant($" {(IsOverdue ? "since" : "by")} {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "")}");
}

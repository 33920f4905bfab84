namespace HaConnect.Scenarios.Format;

/// <summary>Where a read goes: exactly one of <see cref="GoesTo"/> and <see cref="Ends"/>.</summary>
internal sealed record ExpectedRead
{
    public PolicyGiven Policy { get; init; } = new();

    /// <summary>All nodes that many reads go to.</summary>
    public IReadOnlyList<string>? GoesTo { get; init; }

    /// <summary><c>waits</c>, <c>fails</c>, or <c>refused</c> for a policy that is out of its bounds.</summary>
    public string? Ends { get; init; }

    /// <summary>Of each of those nodes how many percent of the reads it gets.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>By how many percent the shares may differ.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Part of the explanation, or of the error.</summary>
    public string? Says { get; init; }

    /// <summary>Part of what the explanation says of nodes.</summary>
    public IReadOnlyDictionary<string, string>? Why { get; init; }
}

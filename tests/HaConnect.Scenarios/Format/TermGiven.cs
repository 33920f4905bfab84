namespace HaConnect.Scenarios.Format;

/// <summary>A row of <c>haconnect.term</c>.</summary>
internal sealed record TermGiven
{
    public required string Primary { get; init; }

    /// <summary>The synchronous standbys.</summary>
    public IReadOnlyList<string> Standbys { get; init; } = [];

    /// <summary>How many of them must ack.</summary>
    public int Required { get; init; }
}

using System.Text.Json;

namespace HaConnect.Scenarios.Format;

/// <summary>One behaviour as data: what the nodes answer, and what follows. The format is explained in README.md.</summary>
internal sealed record Scenario
{
    /// <summary>The behaviour, as one sentence.</summary>
    public required string Title { get; init; }

    /// <summary>The test or specification that holds the same of another driver.</summary>
    public required string Mirrors { get; init; }

    /// <summary>Why HaConnect deliberately does otherwise; null where it does the same.</summary>
    public string? Differs { get; init; }

    /// <summary>The data nodes, <c>a</c> or <c>a in zone</c>; the name is the host, too.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>As an application configures them: a section of HaDatabaseOptions.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>The error that <see cref="Options"/> are refused with; there are no steps then.</summary>
    public string? Refused { get; init; }

    /// <summary>The rows of <c>haconnect.term</c> that answers refer to; none in a cluster that nobody manages.</summary>
    public IReadOnlyDictionary<long, TermGiven> Terms { get; init; } = new Dictionary<long, TermGiven>();

    public IReadOnlyList<Step> Steps { get; init; } = [];
}

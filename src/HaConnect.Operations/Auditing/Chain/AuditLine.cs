using System.Text.Json.Serialization;

namespace HaConnect.Operations.Auditing;

/// <summary>A record as a line of the chain, in the order in which it is written. The hash is not among it: it stands behind all of this.</summary>
internal sealed record AuditLine
{
    public required string Chain { get; init; }

    public required long Seq { get; init; }

    /// <summary>Null for an ordinary record; else what the chain says of itself.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<UpkeepKind>))]
    public UpkeepKind? Upkeep { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Cluster { get; init; }

    public required string Coordinator { get; init; }

    public long? Term { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<AuditKind>))]
    public AuditKind Kind { get; init; }

    public required string Step { get; init; }

    public string? Node { get; init; }

    public required string Sentence { get; init; }

    public string? By { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    public TimeSpan? Duration { get; init; }

    public string? Data { get; init; }

    /// <summary>A seal: how many lines of its segment are before it.</summary>
    public long? Count { get; init; }

    /// <summary>A removal: the segment's file, and its last record.</summary>
    public string? Segment { get; init; }

    public long? LastSeq { get; init; }

    public string? LastHash { get; init; }

    /// <summary>The hash of the line before; zeros in the first one.</summary>
    public required string Prev { get; init; }

    internal AuditRecord ToRecord() => new(At, Cluster, Coordinator, Term, Step, Node, Sentence) { Kind = Kind, By = By, Before = Before, After = After, Duration = Duration, Data = Data };
}

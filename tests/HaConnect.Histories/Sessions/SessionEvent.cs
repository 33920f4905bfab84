using System.Text.Json.Serialization;

namespace HaConnect.Histories;

/// <summary>A line of a history of sessions (docs/history-format.md): an operation from its invocation to its end.</summary>
internal sealed record SessionEvent
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required SessionAct Do { get; init; }

    /// <summary>Before the operation.</summary>
    public required long At { get; init; }

    /// <summary>After it.</summary>
    public long Ended { get; init; }

    public string Session { get; init; } = "";

    /// <summary>Of a phase its name.</summary>
    public string? Name { get; init; }

    /// <summary>Of a read: the server that answered, by its own word.</summary>
    public string? Node { get; init; }

    /// <summary>Of a read: whether it was in recovery, by its own word.</summary>
    public bool? Standby { get; init; }

    /// <summary>What was written, or seen; of a read 0 where there was none.</summary>
    public long Tick { get; init; }

    /// <summary>The same of the session's own values.</summary>
    public long Own { get; init; }

    /// <summary>Why it did not succeed; null where it did. A write that did not may have been applied all the same.</summary>
    public string? Error { get; init; }

    /// <summary>Of a final read: the ticks as ranges.</summary>
    public string? Ticks { get; init; }
}

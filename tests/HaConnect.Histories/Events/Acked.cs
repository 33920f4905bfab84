namespace HaConnect.Histories;

/// <summary>The client was told that it succeeded.</summary>
internal sealed record Acked : OperationEvent
{
    /// <summary>The server, by its own word (<c>cluster_name</c>).</summary>
    public required string Node { get; init; }

    /// <summary>Of a write: the timeline to which it went, by the server's word.</summary>
    public int? Timeline { get; init; }

    /// <summary>Of a write: the term as this client knew it, where it took that node for its primary; otherwise null.</summary>
    public long? Term { get; init; }

    /// <summary>Of a write: just before the attempt that succeeded sent its commit.</summary>
    public long? Sent { get; init; }

    /// <summary>Of a write: how often it was attempted.</summary>
    public int? Attempts { get; init; }

    /// <summary>Of a read: of every writer that it looked at the newest rows, the newest first, up to <see cref="Limit"/> of them.</summary>
    public IReadOnlyDictionary<string, long[]>? Seen { get; init; }

    /// <summary>Of a read: how many rows of a writer it looked at; with fewer, there were no more.</summary>
    public int? Limit { get; init; }

    /// <summary>Of a read: the sum of all accounts.</summary>
    public long? Sum { get; init; }
}

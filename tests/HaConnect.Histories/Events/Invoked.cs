namespace HaConnect.Histories;

/// <summary>Written before the request is made.</summary>
internal sealed record Invoked : OperationEvent
{
    public required OperationKind Do { get; init; }

    /// <summary>Of a transfer.</summary>
    public int? Source { get; init; }

    /// <summary>Of a transfer.</summary>
    public int? Target { get; init; }

    /// <summary>Of a transfer.</summary>
    public long? Amount { get; init; }

    /// <summary>Of a read: everything acked this long before the invocation has to be seen.</summary>
    public double? BoundMs { get; init; }
}

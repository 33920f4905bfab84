namespace HaConnect.Histories;

/// <summary>Written after a fault was taken away.</summary>
internal sealed record FaultMended : HistoryEvent
{
    public required string Name { get; init; }

    public string? Node { get; init; }
}

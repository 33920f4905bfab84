namespace HaConnect.Histories;

/// <summary>Written before the fault is made.</summary>
internal sealed record FaultBegan : HistoryEvent
{
    public required string Name { get; init; }

    /// <summary>Which server it befell; null where none.</summary>
    public string? Node { get; init; }
}

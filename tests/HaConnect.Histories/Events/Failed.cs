namespace HaConnect.Histories;

/// <summary>The operation is known to have had no effect.</summary>
internal sealed record Failed : OperationEvent
{
    public required string Why { get; init; }
}

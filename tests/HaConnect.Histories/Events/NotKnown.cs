namespace HaConnect.Histories;

/// <summary>Whether the operation had an effect is not known. An operation without any outcome counts as this.</summary>
internal sealed record NotKnown : OperationEvent
{
    public required string Why { get; init; }
}

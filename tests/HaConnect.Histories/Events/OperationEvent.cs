namespace HaConnect.Histories;

/// <summary>Belongs to one operation of one client; the two together are its key, and of a write the key of its row.</summary>
internal abstract record OperationEvent : HistoryEvent
{
    public required string Client { get; init; }

    public required long Op { get; init; }

    public (string Client, long Op) Key => (Client, Op);
}

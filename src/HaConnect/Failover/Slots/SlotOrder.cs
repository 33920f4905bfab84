namespace HaConnect.Failover.Slots;

/// <summary>One change of a slot at one node.</summary>
internal abstract record SlotOrder(string Node, string Slot)
{
    /// <summary>For a node that may have to stream from there.</summary>
    internal sealed record Create(string Node, string Slot, string For) : SlotOrder(Node, Slot);

    /// <summary>It keeps nothing, or holds back vacuum for nobody; where it is lost, its node may lack WAL.</summary>
    internal sealed record Renew(string Node, string Slot, string For, bool IsLost) : SlotOrder(Node, Slot);

    /// <summary>Whom it is kept for has flushed all before this.</summary>
    internal sealed record Advance(string Node, string Slot, ulong Position) : SlotOrder(Node, Slot);

    /// <summary>Nobody needs it any more, or nothing bounds what it keeps.</summary>
    internal sealed record Drop(string Node, string Slot) : SlotOrder(Node, Slot);
}

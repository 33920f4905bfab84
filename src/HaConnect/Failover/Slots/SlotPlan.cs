namespace HaConnect.Failover.Slots;

/// <summary>
/// What is to be done so that every data node keeps, for each of the others, the WAL that it would need if it had to stream from there. Pure.
/// </summary>
internal static class SlotPlan
{
    /// <param name="nodes">All data nodes.</param>
    /// <param name="readings">What those in reach have said.</param>
    /// <param name="primary">The established primary; null while there is none: then nothing is advanced, since nobody's position proves anything.</param>
    internal static IReadOnlyList<SlotOrder> Of(IReadOnlyList<string> nodes, IReadOnlyDictionary<string, SlotReading> readings, string? primary) =>
        [.. readings.Where(r => r.Value.MayKeep).SelectMany(r => At(r.Key, r.Value, nodes, readings, primary))];

    /// <summary>The slot that a node uses when it streams; null where that is not known now.</summary>
    internal static string? NameFor(string node, IReadOnlyDictionary<string, SlotReading> readings) =>
        readings.GetValueOrDefault(node) is { } reading ? (reading.PrimarySlotName.Length > 0 ? reading.PrimarySlotName : SlotName.For(node)) : null;

    private static IEnumerable<SlotOrder> At(string node, SlotReading here, IReadOnlyList<string> nodes, IReadOnlyDictionary<string, SlotReading> readings, string? primary)
    {
        var kept = nodes.Where(n => n != node).Select(n => (Node: n, Slot: NameFor(n, readings))).Where(k => k.Slot is not null).ToLookup(k => k.Slot!, k => k.Node, StringComparer.Ordinal);
        foreach (var users in kept)
        {
            // Where two name one slot, it stays where the one that is behind needs it.
            var positions = users.Select(u => Needs(u, readings, primary)).ToList();
            if (Keep(node, here, users.Key, string.Join(" and ", users), positions.Contains(null) ? null : positions.Min()) is { } order)
                yield return order;
        }

        // One that is out of reach may use a name of ours that nobody in reach knows of.
        if (here.IsBounded && !nodes.All(readings.ContainsKey))
            yield break;
        foreach (var slot in here.Physical.Where(s => SlotName.IsOurs(s.Name) && !s.IsActive && !(here.IsBounded && kept.Contains(s.Name))))
            yield return new SlotOrder.Drop(node, slot.Name);
    }

    private static SlotOrder? Keep(string node, SlotReading here, string name, string other, ulong? needed)
    {
        if (here.Physical.FirstOrDefault(s => s.Name == name) is not { } slot)
            return here.IsBounded ? new SlotOrder.Create(node, name, other) : null;
        if (slot.IsActive || (!here.IsBounded && SlotName.IsOurs(name)))
            return null;
        if (slot.KeptFrom is not { } from || slot.IsLost)
            return here.IsBounded ? new SlotOrder.Renew(node, name, other, slot.IsLost) : null;

        // Made anew it keeps WAL from the last checkpoint on.
        if (slot.HoldsBackVacuum && needed >= here.Redo)
            return new SlotOrder.Renew(node, name, other, IsLost: false);
        var position = Math.Min(needed ?? 0, here.Position);
        return Segment(position) > Segment(from) ? new SlotOrder.Advance(node, name, position) : null;

        // WAL is removed by whole segments.
        ulong Segment(ulong lsn) => lsn / (ulong)here.SegmentSize;
    }

    /// <summary>
    /// The first position that the node would need from another one; null where nobody can tell. Of a standby only what the primary, or a standby that
    /// passes its WAL on, says of who streams from it now: whoever streams from nobody may have WAL of another history. Of the primary, which may
    /// have to be rewound, where its last checkpoint begins.
    /// </summary>
    private static ulong? Needs(string node, IReadOnlyDictionary<string, SlotReading> readings, string? primary)
    {
        if (primary is null)
            return null;
        if (node == primary)
            return readings.GetValueOrDefault(node) is { InRecovery: false } own ? own.Redo : null;
        var positions = readings.Where(r => r.Key == primary ? !r.Value.InRecovery : r.Value.InRecovery)
            .SelectMany(r => r.Value.Senders).Where(s => s.Name == node).Select(s => s.Flushed).ToList();
        return positions.Count > 0 ? positions.Min() : null;
    }
}

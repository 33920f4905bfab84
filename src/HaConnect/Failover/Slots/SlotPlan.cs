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
        var others = nodes.Where(n => n != node).ToList();
        foreach (var other in others)
        {
            if (NameFor(other, readings) is { } name && Keep(node, here, name, other, FlushedBy(other, readings, primary)) is { } order)
                yield return order;
        }

        // One that is out of reach may use the name that it has by default.
        var wanted = others.Select(o => NameFor(o, readings) ?? SlotName.For(o)).ToHashSet(StringComparer.Ordinal);
        foreach (var slot in here.Physical.Where(s => SlotName.IsOurs(s.Name) && !s.IsActive && !wanted.Contains(s.Name)))
            yield return new SlotOrder.Drop(node, slot.Name);
    }

    private static SlotOrder? Keep(string node, SlotReading here, string name, string other, ulong? flushed)
    {
        if (here.Physical.FirstOrDefault(s => s.Name == name) is not { } slot)
            return here.IsBounded ? new SlotOrder.Create(node, name, other) : null;
        if (slot.IsActive)
            return null;
        if (slot.KeptFrom is not { } from)
            return here.IsBounded ? new SlotOrder.Renew(node, name, other) : null;
        var position = Math.Min(flushed ?? 0, here.Position);
        return Segment(position) > Segment(from) ? new SlotOrder.Advance(node, name, position) : null;

        // WAL is removed by whole segments.
        ulong Segment(ulong lsn) => lsn / (ulong)here.SegmentSize;
    }

    /// <summary>
    /// Only what the primary, or a standby that passes its WAL on, says of who streams from it now: whoever streams from nobody may have
    /// WAL of another history. Null where nobody says it.
    /// </summary>
    private static ulong? FlushedBy(string node, IReadOnlyDictionary<string, SlotReading> readings, string? primary)
    {
        if (primary is null)
            return null;
        if (node == primary)
            return readings.GetValueOrDefault(node) is { InRecovery: false } own ? own.Position : null;
        var positions = readings.Where(r => r.Key == primary ? !r.Value.InRecovery : r.Value.InRecovery)
            .SelectMany(r => r.Value.Senders).Where(s => s.Name == node).Select(s => s.Flushed).ToList();
        return positions.Count > 0 ? positions.Max() : null;
    }
}

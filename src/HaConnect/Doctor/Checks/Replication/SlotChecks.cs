using System.Globalization;
using HaConnect.Failover.Slots;

namespace HaConnect.Doctor;

/// <summary>Whether whoever is promoted still has the WAL that its followers and subscribers need. Pure.</summary>
internal static class SlotChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        seen.Servers.Where(s => seen.Slots.ContainsKey(s.Node)).SelectMany(s => At(seen, s.Node, s.Server, seen.Slots[s.Node])).Concat(MayNotKeep(seen)).Concat(Subscribers(seen));

    private static IEnumerable<ClusterFinding> At(Examination seen, string node, ServerReading server, SlotReading here)
    {
        var isKept = seen.KeepsSlots && here is { IsBounded: true, MayKeep: true };
        var own = !seen.Coordinates ? [] : seen.KeepsSlots ? Kept(seen, node, here) : Forgotten(node, here); // whoever only observes need not know what the others are set to
        return own.Concat(isKept ? [] : Missing(seen, node, here)).Concat(isKept ? [] : KeptWal(seen, node, server));
    }

    private static IEnumerable<ClusterFinding> Kept(Examination seen, string node, SlotReading here)
    {
        if (!here.IsBounded)
        {
            yield return Diagnosis.Warning(FindingCodes.SlotsUnbounded, node, $"{node} has max_slot_wal_keep_size = -1, so that no replication slots are made there (Failover.Replication.KeepSlots): one for a standby that is away would fill its disk. Bound it by what the disk has to spare",
                Mend.Setting(node, "max_slot_wal_keep_size", "'16GB'"));
            yield break;
        }

        if (here.IdleSlotsEnd)
        {
            yield return Diagnosis.Warning(FindingCodes.IdleSlotsEnd, node, $"{node} has an idle_replication_slot_timeout: slots that are kept for others are idle, and lost after it (Failover.Replication.KeepSlots)",
                Mend.Setting(node, "idle_replication_slot_timeout", "0"));
        }

        var wanted = seen.Settings.DataNodes.Where(n => n.Name != node).Select(n => SlotPlan.NameFor(n.Name, seen.Slots) ?? SlotName.For(n.Name)).ToList();
        var needed = here.Physical.Select(s => s.Name).Union(wanted, StringComparer.Ordinal).Count() + here.Logical.Count;
        if (needed > here.MostSlots)
        {
            yield return Diagnosis.Warning(FindingCodes.TooFewSlots, node, string.Create(CultureInfo.InvariantCulture, $"{node} has max_replication_slots = {here.MostSlots}, but {needed} are needed with those that are to be kept there (Failover.Replication.KeepSlots)"),
                Mend.SettingAndRestart(node, "max_replication_slots", (needed + 4).ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static IEnumerable<ClusterFinding> MayNotKeep(Examination seen) => seen is { KeepsSlots: true, Coordinates: true } && seen.Slots.Values.Any(s => !s.MayKeep)
        ? [Diagnosis.Warning(FindingCodes.MayNotKeepSlots, null, "the control user may not make replication slots, so that none are kept (Failover.Replication.KeepSlots)", Mend.AtPrimary(seen, $"ALTER ROLE {seen.Servers[0].Server.User} REPLICATION"))]
        : [];

    private static IEnumerable<ClusterFinding> Forgotten(string node, SlotReading here)
    {
        var forgotten = here.Physical.Where(s => SlotName.IsOurs(s.Name) && !s.IsActive).Select(s => s.Name).ToList();
        if (forgotten.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.ForgottenSlots, node, $"{node} has replication slots that nobody advances any more, since Failover.Replication.KeepSlots is false: {string.Join(", ", forgotten)}. They keep WAL up to max_slot_wal_keep_size",
                Mend.There(node, forgotten.Select(s => $"SELECT pg_drop_replication_slot({SqlText.Literal(s)})")));
        }
    }

    /// <summary>A standby keeps its primary_slot_name when it is pointed to another primary.</summary>
    private static IEnumerable<ClusterFinding> Missing(Examination seen, string node, SlotReading here) =>
        seen.Slots.Where(s => s.Key != node && s.Value is { InRecovery: true, PrimarySlotName.Length: > 0 } && here.Physical.All(p => p.Name != s.Value.PrimarySlotName))
            .Select(s => Diagnosis.Warning(FindingCodes.SlotMissing, node, $"{s.Key} has primary_slot_name = '{s.Value.PrimarySlotName}', and {node} has no such slot: {s.Key} cannot stream from it when it is the primary",
                Mend.There(node, $"SELECT pg_create_physical_replication_slot({SqlText.Literal(s.Value.PrimarySlotName)}, true)")));

    private static IEnumerable<ClusterFinding> KeptWal(Examination seen, string node, ServerReading server)
    {
        var without = seen.Slots.Where(s => s.Key != node && s.Value is { InRecovery: true, PrimarySlotName: "" }).Select(s => s.Key).ToList();
        if (server.WalKeepSize != 0 || without.Count == 0)
            yield break;
        yield return Diagnosis.Warning(FindingCodes.NoKeptWal, node, $"{node} has wal_keep_size = 0, and {string.Join(", ", without)} would stream from it without a slot: a standby that is away over a checkpoint may have to be rebuilt",
            Mend.Setting(node, "wal_keep_size", "'1GB'"));
    }

    private static IEnumerable<ClusterFinding> Subscribers(Examination seen)
    {
        if (seen.Primary is not { } primary || seen.Slots.GetValueOrDefault(primary.Node) is not { } own)
            yield break;
        if (own.Logical.Where(s => !s.IsFailover).Select(s => s.Name).ToList() is { Count: > 0 } lost)
        {
            yield return Diagnosis.Warning(FindingCodes.LogicalSlotsEnd, primary.Node, $"logical replication slots of {primary.Node} end with its role: {string.Join(", ", lost)}. After a failover or switchover their subscribers would have to be set up anew",
                Mend.ByHand(own.VersionNumber >= 170000 ? "make them failover slots: ALTER SUBSCRIPTION ... SET (failover = true), or the failover parameter of pg_create_logical_replication_slot; see docs/operations/slots.md" : "PostgreSQL keeps such slots on standbys from 17 on; before, reckon with it, or use an extension that copies them; see docs/operations/slots.md"));
        }

        foreach (var (node, slots) in seen.Slots.Where(s => s.Value.InRecovery))
        {
            if (own.Logical.Where(s => s.IsFailover && !slots.Logical.Any(l => l.Name == s.Name && l.IsValid)).Select(s => s.Name).ToList() is { Count: > 0 } missing)
            {
                yield return Diagnosis.Warning(FindingCodes.FailoverSlotsMissing, node, $"{node} does not have the failover slots {string.Join(", ", missing)} of {primary.Node} yet: were it promoted now, their subscribers would have lost their place",
                    Mend.ByHand("wait until the subscriber has moved on; and see that it has sync_replication_slots = on, hot_standby_feedback = on, a primary_slot_name, and a dbname in primary_conninfo; its log says what it waits for"));
            }
        }
    }
}

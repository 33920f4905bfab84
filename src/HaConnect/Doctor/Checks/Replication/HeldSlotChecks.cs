using System.Globalization;
using HaConnect.Failover.Slots;

namespace HaConnect.Doctor;

/// <summary>What replication slots cost, and which have lost what they were for. Those that HaConnect keeps are its own to mend. Pure.</summary>
internal static class HeldSlotChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        from node in seen.Running
        from slot in node.State.Slots
        where !SlotName.IsOurs(slot.Name)
        from finding in Of(seen, node.Node, slot)
        select finding;

    private static IEnumerable<ClusterFinding> Of(Examination seen, string node, HeldSlot slot)
    {
        var usedBy = seen.Slots.Where(s => s.Key != node && s.Value.PrimarySlotName == slot.Name).Select(s => s.Key).ToList();
        if (slot.WalStatus == "lost")
        {
            yield return Diagnosis.Warning(FindingCodes.SlotLost, node, $"replication slot {slot.Name} of {node} is lost: the WAL that it kept was removed, and whoever streams by it cannot go on",
                slot.IsLogical ? Mend.ByHand("set the subscriber up anew, and drop the slot") : Mend.There(node, usedBy.Count > 0 ? [Drop(slot), $"SELECT pg_create_physical_replication_slot({SqlText.Literal(slot.Name)}, true)"] : [Drop(slot)]));
        }
        else if (slot.WalStatus == "unreserved" || slot.Safe <= 0)
        {
            yield return Diagnosis.Warning(FindingCodes.SlotUnreserved, node, string.Create(CultureInfo.InvariantCulture, $"replication slot {slot.Name} of {node} is about to be lost: it is {slot.Kept ?? 0:N0} bytes behind, beyond max_slot_wal_keep_size, and the next checkpoint removes what it needs"),
                Mend.Setting(node, "max_slot_wal_keep_size", string.Create(CultureInfo.InvariantCulture, $"'{((slot.Kept ?? 0) / (1024 * 1024) + 1024) * 2}MB'")));
        }
        else if (slot is { IsActive: false, Kept: not null } && usedBy.Count == 0)
        {
            yield return Diagnosis.Warning(FindingCodes.SlotInactive, node, string.Create(CultureInfo.InvariantCulture, $"nobody streams by replication slot {slot.Name} of {node}, which keeps {slot.Kept:N0} bytes of WAL and more with every write{(IsBounded(seen, node) ? ", up to max_slot_wal_keep_size" : ", until the disk is full")}"),
                slot.IsLogical ? Mend.ByHand("start its subscriber, or drop the slot where there is none any more") : Mend.There(node, Drop(slot)).But(", where no standby or backup needs it any more"));
        }
    }

    private static string Drop(HeldSlot slot) => $"SELECT pg_drop_replication_slot({SqlText.Literal(slot.Name)})";

    private static bool IsBounded(Examination seen, string node) => seen.Slots.GetValueOrDefault(node) is { IsBounded: true };
}

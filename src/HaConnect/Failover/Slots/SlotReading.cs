using System.Data.Common;
using NpgsqlTypes;

namespace HaConnect.Failover.Slots;

/// <summary>What one data node says of its replication slots, and of who streams from it.</summary>
internal sealed record SlotReading
{
    internal required bool InRecovery { get; init; }

    /// <summary>The slot that the node itself streams from as a standby; empty where it uses none.</summary>
    internal string PrimarySlotName { get; init; } = "";

    /// <summary>Whether who has read may make slots.</summary>
    internal bool MayKeep { get; init; } = true;

    /// <summary>Megabytes of <c>max_slot_wal_keep_size</c>; -1 where slots keep any amount of WAL.</summary>
    internal long LimitMegabytes { get; init; } = -1;

    internal long SegmentSize { get; init; } = 16 * 1024 * 1024;

    /// <summary><c>max_replication_slots</c>.</summary>
    internal int MostSlots { get; init; } = 10;

    /// <summary>Flushed by a primary, replayed by a standby: its slots cannot be advanced further.</summary>
    internal ulong Position { get; init; }

    internal IReadOnlyList<PhysicalSlot> Physical { get; init; } = [];

    internal IReadOnlyList<LogicalSlot> Logical { get; init; } = [];

    /// <summary>What each standby that streams from it has flushed.</summary>
    internal IReadOnlyList<(string Name, ulong Flushed)> Senders { get; init; } = [];

    internal int VersionNumber { get; init; }

    /// <summary>A slot for a standby that never comes back fills the disk where nothing bounds it.</summary>
    internal bool IsBounded => LimitMegabytes >= 0;

    internal static SlotReading From(DbDataReader row) => new()
    {
        InRecovery = row.GetBoolean(0),
        PrimarySlotName = row.GetString(1),
        MayKeep = row.GetBoolean(2),
        LimitMegabytes = row.GetInt64(3),
        SegmentSize = row.GetInt64(4),
        MostSlots = row.GetInt32(5),
        Position = row.IsDBNull(6) ? 0 : (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(6),
        Physical = [.. row.GetFieldValue<string[]>(7).Zip(row.GetFieldValue<bool[]>(8), row.GetFieldValue<string[]>(9)).Select(s => new PhysicalSlot(s.First, s.Second, s.Third.Length == 0 ? null : Lsn(s.Third)))],
        Logical = [.. row.GetFieldValue<string[]>(10).Zip(row.GetFieldValue<bool[]>(11), row.GetFieldValue<bool[]>(12)).Select(s => new LogicalSlot(s.First, s.Second, s.Third))],
        Senders = [.. row.GetFieldValue<string[]>(13).Zip(row.GetFieldValue<string[]>(14), static (name, lsn) => (name, Lsn(lsn)))],
        VersionNumber = row.GetInt32(15),
    };

    private static ulong Lsn(string text) => (ulong)NpgsqlLogSequenceNumber.Parse(text);
}

using System.Data.Common;
using System.Text.Json;
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

    /// <summary>Slots that nobody uses are invalidated after a while (PostgreSQL 18, <c>idle_replication_slot_timeout</c>).</summary>
    internal bool IdleSlotsEnd { get; init; }

    /// <summary>Flushed by a primary, replayed by a standby: its slots cannot be advanced further.</summary>
    internal ulong Position { get; init; }

    /// <summary>Where its last checkpoint begins: a recovery, after pg_rewind too, needs no WAL before it.</summary>
    internal ulong Redo { get; init; }

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
        IdleSlotsEnd = row.GetBoolean(6),
        Position = row.IsDBNull(7) ? 0 : (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(7),
        Redo = (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(8),
        Physical = Rows(row.GetString(9), static s => new PhysicalSlot(s[0].GetString()!, s[1].GetBoolean(), s[2].GetString() is { } lsn ? Lsn(lsn) : null)
        {
            IsLost = s[3].ValueKind == JsonValueKind.True,
            HoldsBackVacuum = s[4].GetBoolean(),
        }),
        Logical = Rows(row.GetString(10), static s => new LogicalSlot(s[0].GetString()!, s[1].GetBoolean(), s[2].GetBoolean())),
        Senders = Rows(row.GetString(11), static s => (s[0].GetString() ?? "", Lsn(s[1].GetString()!))),
        VersionNumber = row.GetInt32(12),
    };

    private static List<T> Rows<T>(string json, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(read)];
    }

    private static ulong Lsn(string text) => (ulong)NpgsqlLogSequenceNumber.Parse(text);
}

using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>What one data node is at.</summary>
internal sealed record StateReading
{
    /// <summary>Null where a standby has none on record.</summary>
    internal int? Timeline { get; init; }

    /// <summary>Of the WAL receiver; null where there is none, empty where it may not be seen.</summary>
    internal string? Receiver { get; init; }

    /// <summary>Whether waits and the connections of others can be seen.</summary>
    internal bool SeesStatistics { get; init; }
    internal bool IsReplayPaused { get; init; }

    /// <summary>Bytes of WAL that have been received and not replayed.</summary>
    internal long NotReplayed { get; init; }

    /// <summary>By its own clock, when the transaction that was replayed last had been committed by that of the primary.</summary>
    internal TimeSpan? ReplayedAgo { get; init; }

    /// <summary>Type and name of the wait event of the startup process; null where it works.</summary>
    internal string? ReplayWaitsFor { get; init; }

    /// <summary>Queries that were cancelled since they needed rows that the primary had removed, since the statistics were reset.</summary>
    internal long SnapshotConflicts { get; init; }

    /// <summary>Likewise for locks, pinned buffers, tablespaces and deadlocks.</summary>
    internal long OtherConflicts { get; init; }

    /// <summary>The file that could not be archived; null where the last attempt succeeded.</summary>
    internal string? ArchiveFailure { get; init; }

    /// <summary>Of clients, in all databases.</summary>
    internal long Connections { get; init; }
    internal IReadOnlyList<(string Id, string Database, TimeSpan Age)> Prepared { get; init; } = [];

    /// <summary>The database that is nearest to running out of transaction ids, and how many it is old; null where there is none.</summary>
    internal (string Database, long Age, long MultixactAge)? Oldest { get; init; }
    internal IReadOnlyList<ReplicationSender> Senders { get; init; } = [];

    /// <summary>Connections from elsewhere that are not encrypted.</summary>
    internal IReadOnlyList<(string User, string Address, long Count)> ClearClients { get; init; } = [];
    internal IReadOnlyList<HeldSlot> Slots { get; init; } = [];

    /// <summary>Databases whose collations have a version: as recorded when they were made, and as this host has it.</summary>
    internal IReadOnlyList<(string Database, string Recorded, string? Actual)> Collations { get; init; } = [];

    internal static StateReading From(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new StateReading
        {
            Timeline = root.GetProperty("timeline") is { ValueKind: JsonValueKind.Number } timeline ? timeline.GetInt32() : null,
            Receiver = root.GetProperty("receiver").GetString(),
            SeesStatistics = root.GetProperty("seesStatistics").GetBoolean(),
            IsReplayPaused = root.GetProperty("paused").GetBoolean(),
            NotReplayed = (long)Number(root.GetProperty("notReplayed")),
            ReplayedAgo = root.GetProperty("replayedAgo") is { ValueKind: JsonValueKind.Number } ago ? TimeSpan.FromSeconds(ago.GetDouble()) : null,
            ReplayWaitsFor = root.GetProperty("replayWaitsFor").GetString(),
            SnapshotConflicts = (long)Number(root.GetProperty("snapshotConflicts")),
            OtherConflicts = (long)Number(root.GetProperty("otherConflicts")),
            ArchiveFailure = root.GetProperty("archiveFailure").GetString(),
            Connections = (long)Number(root.GetProperty("connections")),
            Prepared = [.. Rows(root, "prepared").Select(static r => (r[0].GetString()!, r[1].GetString()!, TimeSpan.FromSeconds(r[2].GetDouble())))],
            Oldest = root.GetProperty("oldest") is { ValueKind: JsonValueKind.Array } oldest ? (oldest[0].GetString()!, oldest[1].GetInt64(), oldest[2].GetInt64()) : null,
            Senders = [.. Rows(root, "senders").Select(ReplicationSender.From)],
            ClearClients = [.. Rows(root, "clearClients").Select(static r => (r[0].GetString() ?? "", r[1].GetString() ?? "", r[2].GetInt64()))],
            Slots = [.. Rows(root, "slots").Select(HeldSlot.From)],
        };
    }

    internal static IReadOnlyList<(string Database, string Recorded, string? Actual)> CollationsFrom(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static r => (r[0].GetString()!, r[1].GetString()!, r[2].GetString()))];
    }

    private static JsonElement.ArrayEnumerator Rows(JsonElement root, string name) => root.GetProperty(name).EnumerateArray();

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}

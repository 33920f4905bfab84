using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>A base backup, in the words of whoever made it.</summary>
/// <param name="Name">By which it is chosen.</param>
/// <param name="Kind">full, incremental or differential.</param>
/// <param name="Form">plain, tar, pgBackRest or Barman.</param>
internal sealed record BaseBackup(string Name, string Kind, string Form)
{
    /// <summary>When it was complete; null where that cannot be told.</summary>
    internal DateTimeOffset? FinishedAt { get; init; }

    internal int Timeline { get; init; } = 1;

    /// <summary>From where a recovery needs WAL.</summary>
    internal ulong StartLsn { get; init; }

    /// <summary>Up to where it needs WAL to be consistent.</summary>
    internal ulong StopLsn { get; init; }

    /// <summary>Bytes that it takes when it is restored; null where that cannot be told.</summary>
    internal long? Size { get; init; }

    internal int? MajorVersion { get; init; }

    internal ulong? SystemIdentifier { get; init; }

    /// <summary>Names of segments that it brings along.</summary>
    internal IReadOnlyList<string> OwnWal { get; init; } = [];

    /// <summary>Where the backup begins to which this one is incremental; null for a full one, and where that cannot be told.</summary>
    internal ulong? IncrementalFrom { get; init; }

    /// <summary>The folders of what an incremental one is of, the full one first and this one last; empty for a full one.</summary>
    internal IReadOnlyList<string> Chain { get; init; } = [];

    /// <summary>All folders that a restore reads.</summary>
    internal IReadOnlyList<string> Folders => Chain.Count > 0 ? Chain : [Folder];

    /// <summary>Where it is; empty where only its program knows.</summary>
    internal string Folder { get; init; } = "";

    /// <summary>Why it cannot be restored, as a sentence; null where nothing speaks against it.</summary>
    internal string? Problem { get; init; }

    internal static ulong LsnOf(string text) => (ulong)NpgsqlLogSequenceNumber.Parse(text);
}

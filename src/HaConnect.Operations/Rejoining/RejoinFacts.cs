using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>What is known of the node and of the primary before anything is changed.</summary>
internal sealed record RejoinFacts
{
    /// <summary>There is a data folder with a cluster in it.</summary>
    internal bool HasData { get; init; } = true;

    /// <summary>A pg_rewind was begun in this folder and did not come to its end.</summary>
    internal bool RewindWasInterrupted { get; init; }

    internal int Major { get; init; }

    internal int PrimaryMajor { get; init; }

    /// <summary>It has a standby.signal.</summary>
    internal bool WasStandby { get; init; }

    /// <summary>The newest timeline that its WAL knows: the control file lags behind a promotion until the next checkpoint.</summary>
    internal int Timeline { get; init; }

    internal int PrimaryTimeline { get; init; }

    /// <summary>The node's timeline comes from others than the primary's timeline of that number does, or the primary has none of that number.</summary>
    internal bool HistoriesDiffer { get; init; }

    /// <summary>Where the primary's history left the node's timeline; null where it is on that one still, or the timeline is none of its own.</summary>
    internal NpgsqlLogSequenceNumber? Fork { get; init; }

    /// <summary>Whether both have written one history up to the fork, or as far as the node has come; null where that cannot be told.</summary>
    internal bool? SharesHistory { get; init; }

    /// <summary>Whether the node's WAL goes on where the primary's history does not.</summary>
    internal bool IsBeyond { get; init; }

    /// <summary>Data checksums or wal_log_hints: pg_rewind needs one.</summary>
    internal bool CanRewind { get; init; }
}

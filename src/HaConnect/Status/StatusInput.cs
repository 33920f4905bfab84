
namespace HaConnect.Status;

/// <summary>All that a view is made from.</summary>
internal sealed record StatusInput
{
    internal required ClusterSnapshot Snapshot { get; init; }
    internal DateTimeOffset SentAt { get; init; }
    internal required HaDatabaseOptions Options { get; init; }

    /// <summary>This instance's part in coordination; null for one that only looks on for somebody, and speaks of itself to nobody.</summary>
    internal required Office? Office { get; init; }

    /// <summary>For how long there has been no node to write to; zero while there is one.</summary>
    internal TimeSpan WriteGap { get; init; }
    internal TimeSpan WriteGapPeak { get; init; }

    /// <summary>How many reads were routed to a node; null while nobody counts.</summary>
    internal Func<string, long?> Reads { get; init; } = static _ => null;
}

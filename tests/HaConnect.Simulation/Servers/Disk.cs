namespace HaConnect.Simulation.Servers;

/// <summary>What survives a crash: WAL that was flushed, the timeline history, the configuration files, and whether it is a standby.</summary>
internal sealed class Disk
{
    internal List<WalEntry> Wal { get; private set; } = new(2048);

    /// <summary>How many entries have been flushed.</summary>
    internal int Flushed { get; set; }

    internal int Timeline { get; set; } = 1;

    /// <summary>The timelines before this one, and at which index each was left.</summary>
    internal List<(int Timeline, int Until)> History { get; private set; } = [];

    /// <summary><c>postgresql.auto.conf</c>.</summary>
    internal Dictionary<string, string> Settings { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Whether there is a <c>standby.signal</c>.</summary>
    internal bool IsStandby { get; set; }

    /// <summary>Rises when the content was replaced or cut short, so that whoever has looked at a prefix looks again.</summary>
    internal int Generation { get; private set; }

    /// <summary>Raised by a full disk: ALTER SYSTEM fails.</summary>
    internal bool IsFull { get; set; }

    internal void LoseUnflushed()
    {
        if (Wal.Count == Flushed)
            return;
        Wal.RemoveRange(Flushed, Wal.Count - Flushed);
        Generation++;
    }

    /// <summary>A base backup: everything of the other, its configuration included.</summary>
    internal void CopyFrom(Disk other)
    {
        Wal = [.. other.Wal.Take(other.Flushed)];
        Flushed = Wal.Count;
        Timeline = other.Timeline;
        History = [.. other.History];
        Settings = new Dictionary<string, string>(other.Settings, StringComparer.Ordinal);
        Generation++;
    }

    /// <summary>
    /// Whether this history runs through another's end: the other can follow it from there. On one timeline it may even have more, up to
    /// a segment, since streaming is asked for from the start of a segment.
    /// </summary>
    internal bool Continues(int timeline, int end)
    {
        if (timeline == Timeline)
            return Servers.Wal.SegmentStart(end) <= Flushed;
        foreach (var (earlier, until) in History)
        {
            if (earlier == timeline)
                return end <= until;
        }

        return false;
    }

    internal void ForkTimeline(int newTimeline)
    {
        History.Add((Timeline, Wal.Count));
        Timeline = newTimeline;
    }

    internal void TakeTimeline(Disk other)
    {
        Timeline = other.Timeline;
        History = [.. other.History];
    }
}

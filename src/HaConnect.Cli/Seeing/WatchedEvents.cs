using System.Globalization;
using HaConnect.Status;

namespace HaConnect.Cli.Seeing;

/// <summary>From one snapshot to the next, what has happened. What came and went between two of them is not seen.</summary>
internal sealed class WatchedEvents(TimeProvider time)
{
    private ClusterSnapshot? _last;

    /// <summary>How it is when it begins.</summary>
    internal WatchLine Begin(ClusterSnapshot now)
    {
        _last = now;
        return now.Primary is { } primary
            ? Line(Levels.Info, now.Term, $"{primary.Name} is the primary on timeline {primary.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}: {now.Reason}")
            : Line(Levels.Bad, now.Term, $"no primary: {now.Reason}");
    }

    internal IEnumerable<WatchLine> Next(ClusterSnapshot now)
    {
        if (_last is not { } before || !TopologyWords.Differs(before, now))
            return [];
        _last = now;
        return TopologyWords.Between(before, now).Select(e => Line(e.Level, e.Term, e.Text)).ToList();
    }

    private WatchLine Line(string level, long? term, string text) => new(1, time.GetUtcNow(), level, term, text);
}

using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>
/// Which WAL a recovery from a place to the newest timeline needs, and what of it is there. Segments are taken as PostgreSQL takes them: of the newest timeline that
/// begins in the segment or before it (xlogrecovery.c, XLogFileReadAnyTLI).
/// </summary>
/// <param name="Timeline">Where the recovery ends.</param>
/// <param name="History">From the first timeline to that one.</param>
/// <param name="Gaps">What is missing between segments that are there, in order.</param>
/// <param name="Begin">The first segment that is needed.</param>
/// <param name="End">Behind the last segment up to which none is missing; <see cref="Begin"/> where the first one is not there.</param>
/// <param name="Newest">Behind the last segment of all.</param>
/// <param name="Strays">Timelines of which there is WAL, and no way to them from where the recovery begins.</param>
internal sealed record WalCoverage(int Timeline, IReadOnlyList<TimelineStretch> History, IReadOnlyList<WalGap> Gaps, ulong Begin, ulong End, ulong Newest, IReadOnlyList<int> Strays)
{
    /// <param name="segments">What there is.</param>
    /// <param name="histories">The text of each history file that there is.</param>
    /// <param name="geometry">How the WAL lies in files.</param>
    /// <param name="timeline">Of the place.</param>
    /// <param name="from">The place.</param>
    internal static WalCoverage Of(IReadOnlySet<string> segments, IReadOnlyDictionary<int, string> histories, WalGeometry geometry, int timeline, ulong from)
    {
        var (newest, history) = NewestFrom(histories, timeline, from);
        var first = geometry.SegmentOf(from);
        var last = segments.Where(s => history.Any(h => h.Timeline == WalFileName.TimelineOf(s)))
            .Select(s => (Number: WalFileName.SegmentOf(s, geometry.SegmentSize), File: s))
            .Where(s => s.Number >= first && FileAt(s.Number) == s.File).Select(s => (ulong?)s.Number).Max();

        List<WalGap> gaps = [];
        List<(ulong, string)> missing = [];
        ulong? end = null;
        for (var s = first; s <= last; s++)
        {
            if (!segments.Contains(FileAt(s)))
            {
                end ??= s;
                missing.Add((s, FileAt(s)));
                continue;
            }

            Close();
        }

        Close();
        var behind = last is { } l ? l + 1 : first;
        var known = history.Select(h => h.Timeline).ToHashSet();
        int[] strays = [.. segments.Select(WalFileName.TimelineOf).Where(t => t > timeline && !known.Contains(t)).Distinct().Order()];
        return new(newest, history, gaps, first, end ?? behind, behind, strays) { MissingHistory = FirstMissing(histories, timeline) is var missed && histories.Keys.Any(h => h > missed) ? missed : null };

        string FileAt(ulong segment) => geometry.FileOf(history.Last(h => geometry.SegmentOf(h.Begin) <= segment).Timeline, segment);

        void Close()
        {
            if (missing.Count > 0)
                gaps.Add(WalGap.Of(missing, geometry));
            missing.Clear();
        }
    }

    internal const string NoHistory = "missing, with a later one there: recovery looks for timelines one by one, and gets no further than the one before it";

    /// <summary>The first history that is not there, where a later one is: recovery gets to no timeline from it on. Null where none is missing.</summary>
    internal int? MissingHistory { get; private init; }

    /// <summary>The file in which a segment is looked for.</summary>
    internal string FileAt(ulong segment, WalGeometry geometry) => geometry.FileOf(History.Last(h => geometry.SegmentOf(h.Begin) <= segment).Timeline, segment);

    /// <summary>The same where some of its segments are no use.</summary>
    internal WalCoverage EndingBefore(IEnumerable<string> segments, WalGeometry geometry)
    {
        var first = segments.Select(s => (Number: WalFileName.SegmentOf(s, geometry.SegmentSize), Name: s)).Where(s => s.Number >= Begin && s.Number < End && FileAt(s.Number, geometry) == s.Name).Select(s => (ulong?)s.Number).Min();
        return first is { } end ? this with { End = end } : this;
    }

    /// <summary>
    /// The newest timeline that comes from the place: one that left this timeline before it is another server's. As PostgreSQL looks for it: number by number upward, up to the first
    /// that has no history (timeline.c, findNewestTimeLine).
    /// </summary>
    private static (int Timeline, IReadOnlyList<TimelineStretch> History) NewestFrom(IReadOnlyDictionary<int, string> histories, int timeline, ulong from)
    {
        foreach (var (candidate, text) in histories.Where(h => h.Key > timeline && h.Key < FirstMissing(histories, timeline)).OrderByDescending(h => h.Key))
        {
            var stretches = new TimelineHistory(text).Stretches(candidate);
            if (stretches.Any(s => s.Timeline == timeline && s.Begin <= from && (s.End is null || from < s.End)))
                return (candidate, stretches);
        }

        return (timeline, histories.TryGetValue(timeline, out var own) ? new TimelineHistory(own).Stretches(timeline) : [new TimelineStretch(timeline, 0, null)]);
    }

    private static int FirstMissing(IReadOnlyDictionary<int, string> histories, int timeline)
    {
        var next = timeline + 1;
        while (histories.ContainsKey(next))
            next++;
        return next;
    }
}

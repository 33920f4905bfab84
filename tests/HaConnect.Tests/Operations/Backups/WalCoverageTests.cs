using HaConnect.Operations.Backups;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>Which segments a recovery needs, and which of them are missing.</summary>
public sealed class WalCoverageTests
{
    private static readonly WalGeometry s_geometry = new(16 << 20, 8192);

    [Fact]
    public void Of_AllThere_EndsBehindTheLast()
    {
        var coverage = Of(1, 3, [.. Names(1, 3, 4, 5)]);
        Assert.Empty(coverage.Gaps);
        Assert.Equal((3UL, 6UL, 6UL), (coverage.Begin, coverage.End, coverage.Newest));
    }

    [Fact]
    public void Of_HolesBetween_NamesEachSegmentAndEndsBeforeTheFirst()
    {
        var coverage = Of(1, 3, [.. Names(1, 3, 4, 6, 9)]);
        Assert.Equal(["000000010000000000000005", "000000010000000000000007, 000000010000000000000008"], coverage.Gaps.Select(g => g.ToString()));
        Assert.Equal((5UL, 10UL), (coverage.End, coverage.Newest));
        Assert.Equal(5UL * (16 << 20), coverage.Gaps[0].Begin);
    }

    [Fact]
    public void Of_TheFirstIsMissing_BeginsWithAGap() =>
        Assert.Equal((3UL, "000000010000000000000003"), (Of(1, 3, [.. Names(1, 4)]).End, Of(1, 3, [.. Names(1, 4)]).Gaps.Single().ToString()));

    [Fact]
    public void Of_NothingThere_HasNoGapAndNoEnd() => Assert.Equal((3UL, 0), (Of(1, 3, []).End, Of(1, 3, []).Gaps.Count));

    [Fact]
    public void Of_ManyMissing_TellsFirstLastAndCount()
    {
        var gap = Of(1, 1, [.. Names(1, 1, 1000)]).Gaps.Single();
        Assert.Equal((998, "998 segments from 000000010000000000000002 to 0000000100000003000000E7"), (gap.Count, gap.ToString()));
    }

    [Fact]
    public void Of_NamesRollOver_AtTheFourGibibytes() =>
        Assert.Empty(Of(1, 254, ["0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000"]).Gaps);

    [Fact]
    public void Of_AFailover_TakesTheSegmentOfTheForkFromTheNewTimeline()
    {
        // Timeline 2 left 1 in segment 5. Of that segment the old timeline has a part at most.
        Dictionary<int, string> histories = new() { [2] = "1\t0/5000100\tno recovery target specified\n" };
        var coverage = WalCoverage.Of(Names(1, 3, 4).Concat(Names(2, 5, 6)).ToHashSet(), histories, s_geometry, 1, At(3));
        Assert.Equal((2, 7UL), (coverage.Timeline, coverage.End));
        Assert.Empty(coverage.Gaps);

        // What the old primary wrote behind the fork does not stand in for it.
        coverage = WalCoverage.Of(Names(1, 3, 4, 5, 6).Concat(Names(2, 6)).ToHashSet(), histories, s_geometry, 1, At(3));
        Assert.Equal(["000000020000000000000005"], coverage.Gaps.Select(g => g.ToString()));
    }

    [Fact]
    public void Of_ATimelineThatLeftBefore_IsAStray()
    {
        Dictionary<int, string> histories = new() { [2] = "1\t0/2000100\tno recovery target specified\n" };
        var coverage = WalCoverage.Of(Names(1, 3, 4).Concat(Names(2, 2, 3, 4, 5)).ToHashSet(), histories, s_geometry, 1, At(3));
        Assert.Equal((1, 5UL), (coverage.Timeline, coverage.End));
        Assert.Equal([2], coverage.Strays);
    }

    [Fact]
    public void Of_NoHistory_IsAStrayToo() => Assert.Equal([3], Of(1, 3, [.. Names(1, 3), .. Names(3, 4)]).Strays);

    [Fact]
    public void Of_AHistoryBetweenIsMissing_EndsBeforeItAndNamesIt()
    {
        // As PostgreSQL looks for the newest timeline: 2, 3, and no further.
        Dictionary<int, string> histories = new()
        {
            [2] = "1\t0/5000100\tno recovery target specified\n",
            [4] = "1\t0/5000100\tno recovery target specified\n2\t0/6000100\tno recovery target specified\n3\t0/7000100\tno recovery target specified\n",
        };
        var segments = Names(1, 3, 4).Concat(Names(2, 5)).Concat(Names(3, 6)).Concat(Names(4, 7, 8)).ToHashSet();
        var coverage = WalCoverage.Of(segments, histories, s_geometry, 1, At(3));
        Assert.Equal((2, 6UL, 3), (coverage.Timeline, coverage.End, coverage.MissingHistory));
        histories[3] = "1\t0/5000100\tno recovery target specified\n2\t0/6000100\tno recovery target specified\n";
        coverage = WalCoverage.Of(segments, histories, s_geometry, 1, At(3));
        Assert.Equal((4, 9UL, null), (coverage.Timeline, coverage.End, coverage.MissingHistory));
        Assert.Null(WalCoverage.Of(segments, new Dictionary<int, string> { [4] = histories[4] }, s_geometry, 4, At(7)).MissingHistory);
    }

    [Fact]
    public void EndingBefore_ABadSegment_EndsThere()
    {
        var coverage = Of(1, 3, [.. Names(1, 3, 4, 5)]);
        Assert.Equal(4UL, coverage.EndingBefore(["000000010000000000000005", "000000010000000000000004"], s_geometry).End);
        Assert.Equal(6UL, coverage.EndingBefore(["000000020000000000000004", "000000010000000000000001"], s_geometry).End);
    }

    [Theory]
    [InlineData("000000010000000000000005", "000000010000000000000005", "")]
    [InlineData("000000010000000000000005.gz", "000000010000000000000005", ".gz")]
    [InlineData("000000010000000000000005-4cde7e4b4939aa5c381a765856a6e1fc53633e24.gz", "000000010000000000000005", "-4cde7e4b4939aa5c381a765856a6e1fc53633e24.gz")]
    [InlineData("000000010000000000000005.partial", "000000010000000000000005.partial", "")]
    [InlineData("00000002.history", "00000002.history", "")]
    [InlineData("000000010000000000000006.00000028.backup", "000000010000000000000006.00000028.backup", "")]
    [InlineData("archive.info", null, "")]
    [InlineData("00000001000000000000000g", null, "")]
    [InlineData("000000010000000000000005.tmp", null, "")]
    public void Split_NamesInArchives_AreTakenApart(string file, string? name, string suffix) =>
        Assert.Equal(name is null ? null : (name, suffix), WalFileName.Split(file));

    private static WalCoverage Of(int timeline, ulong segment, HashSet<string> segments) => WalCoverage.Of(segments, new Dictionary<int, string>(), s_geometry, timeline, At(segment));

    private static ulong At(ulong segment) => (segment * (16 << 20)) + 40;

    private static IEnumerable<string> Names(int timeline, params ulong[] segments) => segments.Select(s => s_geometry.FileOf(timeline, s));
}

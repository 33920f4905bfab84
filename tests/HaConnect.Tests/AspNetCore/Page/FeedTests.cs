using HaConnect.AspNetCore.Page.Feed;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.AspNetCore.Page;

public sealed class FeedTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void WriteGap_ShortOneBetweenTwoSamples_IsNotMissed()
    {
        var gap = new WriteGap(_time);
        var sampledAt = _time.GetTimestamp();
        gap.Observe(isWritable: true);
        Assert.Equal(TimeSpan.Zero, gap.Now);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        gap.Observe(isWritable: false);
        gap.Observe(isWritable: false);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(TimeSpan.FromMilliseconds(300), gap.Now);
        gap.Observe(isWritable: true);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(300)), (gap.Now, gap.LongestEndedSince(sampledAt)));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, gap.LongestEndedSince(_time.GetTimestamp()));
    }

    [Fact]
    public void DecisionRing_MoreThanItKeeps_TheOldestGo()
    {
        var ring = new DecisionRing();
        for (var i = 1; i <= DecisionRing.Capacity + 5; i++)
            ring.Add(_time.GetUtcNow(), "a test", "info", i, $"decision {i}");
        var (version, newest) = ring.Read();
        Assert.Equal((DecisionRing.Capacity + 5, DecisionRing.Capacity), (version, newest.Count));
        Assert.Equal((DecisionRing.Capacity + 5, 6), (newest[0].Id, newest[^1].Id));
        Assert.Equal(version, ring.Version);
    }

    [Fact]
    public void History_MoreThanItKeeps_TheOldestGo()
    {
        var history = new History();
        for (var i = 0; i < History.Capacity + 2; i++)
            history.Add(new HistoryPoint(_time.GetUtcNow(), i, []));
        Assert.Equal((History.Capacity, 2), (history.Read().Count, history.Read()[0].WriteGap));
    }

    [Fact]
    public void Event_TextWithLineBreaks_StaysOneLineOfData()
    {
        IReadOnlyList<Decision> decisions = [new Decision(1, default, "a test", "info", null, "two\nlines\r\n\r\nevent: state\ndata: forged </script>")];
        var text = System.Text.Encoding.UTF8.GetString(PageJson.Event("decisions", decisions, PageJson.Default.IReadOnlyListDecision).Span);
        Assert.StartsWith("event: decisions\ndata: [", text, StringComparison.Ordinal);
        Assert.EndsWith("]\n\n", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Count(c => c == '\n'));
        Assert.DoesNotContain('\r', text);
    }
}

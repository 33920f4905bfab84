using System.Xml.Linq;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Load;
using HaConnect.Operations.Reports;

namespace HaConnect.Tests.Operations.Drills.Load;

/// <summary>What passes, and how it is told: nothing that was not reached, or not proven.</summary>
public sealed class LoadVerdictTests
{
    private static readonly LoadDrillOptions s_options = new() { Peak = new LoadRate(1000, IsWal: false), Steps = 2 };

    [Fact]
    public void Of_PeakReachedAndEveryStandbyBelowTheBound_Passes()
    {
        var (passed, sentence) = LoadVerdict.Of([Step(500, 500, 1), Step(1000, 990, 59.9)], s_options, null);
        Assert.Equal((true, "at 1,000 writes/s, the peak, no standby was more than 59.900 s behind (bound 60.000 s)"), (passed, sentence));
    }

    [Fact]
    public void Of_AStandbyAtTheBound_Fails() => Assert.Equal((false, "n3 was up to 60.000 s behind at 1,000 writes/s (bound 60.000 s)"), LoadVerdict.Of([Step(500, 500, 1), Step(1000, 1000, 60)], s_options, null));

    [Fact]
    public void Of_PeakNotReached_ProvesNothingOfIt() =>
        Assert.Equal((false, "1,000 writes/s was asked for, and 900 writes/s was reached: nothing is proven of the load that was to be shown"), LoadVerdict.Of([Step(500, 500, 1), Step(1000, 900, 1)], s_options, null));

    [Fact]
    public void LeastWalPerWrite_AStepWithWholePages_DoesNotRaiseWhatTheNextIsReckonedBy()
    {
        Assert.Equal(33_000, (Step(300, 300, 1) with { WalPerSecond = 300 * 43_000 }).LeastWalPerWrite(33_000));
        Assert.Equal(30_000, (Step(300, 300, 1) with { WalPerSecond = 300 * 30_000 }).LeastWalPerWrite(33_000));
        Assert.Equal(33_000, (Step(300, 0, 1) with { WalPerSecond = 5 }).LeastWalPerWrite(33_000));
    }

    [Fact]
    public void Of_NothingProvenOfAStandby_Fails() => Assert.Equal((false, "nothing was proven of n3 at 1,000 writes/s"), LoadVerdict.Of([Step(500, 500, 1), Step(1000, 1000, null)], s_options, null));

    [Fact]
    public void Of_StoppedBeforeThePeak_Fails() => Assert.Equal((false, "stopped in step 1 of 2: n3 was up to 70.000 s behind at 500 writes/s (bound 60.000 s)"), LoadVerdict.Of([Step(500, 500, 70)], s_options, null));

    [Fact]
    public void Of_CalledOffAfterAGoodStep_Fails() => Assert.Equal((false, "stopped after step 1 of 2: it was called off"), LoadVerdict.Of([Step(500, 500, 1)], s_options, null));

    [Fact]
    public void Of_WritesFailed_Fails() => Assert.Equal((false, "3 writes failed at 1,000 writes/s: no space left"), LoadVerdict.Of([Step(500, 500, 1), Step(1000, 1000, 1) with { Failed = 3, FirstError = "no space left" }], s_options, null));

    [Fact]
    public void Of_NoStandby_Fails() => Assert.False(LoadVerdict.Of([Step(500, 500, 1), Step(1000, 1000, 1) with { Lags = [] }], s_options, null).Passed);

    [Fact]
    public void Watch_StandbyThatShowsNothingMore_GetsLaterWithTheTime()
    {
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var watch = new StandbyWatch();
        watch.See(Seen(new ReplicaLag(10, TimeSpan.FromSeconds(0.2), at)), at.AddSeconds(0.1));
        Assert.Equal([new StandbyLoadLag("n2", TimeSpan.FromSeconds(0.3), 10)], watch.TakeGreatest());
        watch.See(Seen(null), at.AddSeconds(7));
        Assert.Equal([new StandbyLoadLag("n2", TimeSpan.FromSeconds(7.2), null)], watch.TakeGreatest());

        // What is proven later with a greater lag is no step back: what was visible stays visible.
        watch.See(Seen(new ReplicaLag(99, TimeSpan.FromSeconds(9), at.AddSeconds(8))), at.AddSeconds(8));
        Assert.Equal([new StandbyLoadLag("n2", TimeSpan.FromSeconds(8.2), 99)], watch.TakeGreatest());
    }

    [Fact]
    public void Watch_NothingProvenYet_IsNotKnown()
    {
        var watch = new StandbyWatch();
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        watch.See(Seen(null), at);
        watch.See(Seen(new ReplicaLag(10, TimeSpan.FromSeconds(0.2), at.AddSeconds(1))), at.AddSeconds(1));
        Assert.Equal([new StandbyLoadLag("n2", null, 10)], watch.TakeGreatest());
    }

    /// <summary>A standby that is down from the beginning has no role that anybody knows.</summary>
    [Fact]
    public void Watch_NodeThatNeverAnswered_IsNotKnownAndFailsTheStep()
    {
        var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var watch = new StandbyWatch();
        var down = new NodeSnapshot(Given.Node(3)) { Role = NodeRole.Unknown, Reachability = NodeReachability.Unreachable, Reason = "Connection refused" };
        watch.See(Seen(new ReplicaLag(10, TimeSpan.FromSeconds(0.2), at), down), at.AddSeconds(0.1));
        var lags = watch.TakeGreatest();
        Assert.Equal([new StandbyLoadLag("n2", TimeSpan.FromSeconds(0.3), 10), new StandbyLoadLag("n3", null, null)], lags);
        Assert.Equal("nothing was proven of n3 at 1,000 writes/s", LoadVerdict.WhyNot(Step(1000, 1000, 1) with { Lags = lags }, s_options.MaxLag));
    }

    [Fact]
    public void Report_Steps_HaveTheirTableAndADrawingOfTheirOwn()
    {
        var report = new LoadReport("stage<1>", new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), false, s_options, [Step(500, 500, 0.5), Step(1000, 1000, 1.5)], TimeSpan.FromSeconds(2), true, "all is well", []);
        var markdown = MarkdownReport.Write(LoadDocument.Of(report));
        Assert.Contains("| 1,000 writes/s | 1,000 | not known | 2.0 ms | 9.0 ms | 0 | 1.500 s |", markdown, StringComparison.Ordinal);
        Assert.Contains("1,000 writes/s: n2 0.750 s, n3 1.500 s", markdown, StringComparison.Ordinal);
        var html = HtmlReport.Write(LoadDocument.Of(report));
        var body = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(2, body.Descendants(svg + "polyline").Count());
        Assert.Equal(4, body.Descendants(svg + "circle").Count());
        Assert.Contains("\"maxLagSeconds\": 60", LoadJsonDocument.Of(report).Write(), StringComparison.Ordinal);
        Assert.Equal((DrillKind.Load, TimeSpan.FromSeconds(1.5), true), (report.Outcome.Kind, report.Outcome.MaxLag!.Value, report.Outcome.Passed));
    }

    private static LoadStep Step(double target, double reached, double? lag) => new(
        new LoadRate(target, IsWal: false), reached, null, 0, null, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(9),
        [new StandbyLoadLag("n2", lag is null ? TimeSpan.Zero : TimeSpan.FromSeconds(lag.Value / 2), 5), new StandbyLoadLag("n3", lag is { } seconds ? TimeSpan.FromSeconds(seconds) : null, 5)], [], TimeSpan.FromSeconds(30));

    private static ClusterSnapshot Seen(ReplicaLag? lag, params NodeSnapshot[] others)
    {
        var primary = new NodeSnapshot(Given.Node(1)) { Role = NodeRole.Primary, Reachability = NodeReachability.Reachable, Reason = "" };
        return Given.Snapshot(primary, [new NodeSnapshot(Given.Node(2)) { Role = NodeRole.Standby, Reachability = NodeReachability.Reachable, Reason = "", Lag = lag }, .. others]);
    }
}

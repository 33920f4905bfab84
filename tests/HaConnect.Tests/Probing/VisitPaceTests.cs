using HaConnect.Probing;

namespace HaConnect.Tests.Probing;

public sealed class VisitPaceTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(5_000, 3_750)] // the default bound is proven by visits alone
    [InlineData(1_000, 750)]
    [InlineData(100, 75)]
    [InlineData(3_600_000, 10_000)]
    public void For_Bound_StartsOftenEnoughToProveIt(int boundMs, int leastMs)
    {
        var options = new HaDatabaseOptions();
        options.Routing.MaxReplicaLag = TimeSpan.FromMilliseconds(boundMs);
        Assert.Equal(TimeSpan.FromMilliseconds(leastMs), VisitPace.For(options).Pause);
    }

    [Theory]
    [InlineData(15, 1.5)] // as much above what visits may cost
    [InlineData(400, 1.5)] // but no more than that at once
    public void After_TooManyNewSessions_PausesLonger(int newPerSecond, double factor)
    {
        var pace = new VisitPace(s_second, s_second * 4).After(1_000, s_second).After(1_000 + (newPerSecond * 4), s_second * 4);
        Assert.Equal(4 * factor, pace.Pause.TotalSeconds, 6);
    }

    [Fact]
    public void After_FewNewSessions_ComesALittleMoreOften()
    {
        var pace = new VisitPace(s_second, s_second * 10).After(1_000, s_second).After(1_010, s_second * 10);
        Assert.Equal(1 / (0.1 + 0.01), pace.Pause.TotalSeconds, 6);
    }

    [Fact]
    public void After_FewNewSessionsForLong_ReachesTheLeastPauseAndStaysThere()
    {
        var pace = new VisitPace(s_second, s_second * 60).After(0, s_second);
        for (var i = 0; i < 200; i++)
            pace = pace.After(0, s_second);
        Assert.Equal(s_second, pace.Pause);
    }

    [Theory]
    [InlineData(null)] // before PostgreSQL 15
    [InlineData(5L)] // the statistics were reset
    public void After_NothingToCompare_KeepsThePause(long? sessions)
    {
        var pace = new VisitPace(s_second, s_second * 4).After(1_000, s_second);
        Assert.Equal(pace.Pause, pace.After(sessions, s_second).Pause);
    }

    [Fact]
    public void AfterOverload_AgainAndAgain_DoublesUpToEightTimesTheLeast()
    {
        var pace = new VisitPace(s_second, s_second);
        Assert.Equal(s_second * 2, (pace = pace.AfterOverload()).Pause);
        for (var i = 0; i < 10; i++)
            pace = pace.AfterOverload();
        Assert.Equal(s_second * 8, pace.Pause);
    }

    /// <summary>Any number of instances, each of which sees nothing but the server's counter, together stay near what visits may cost, and share it.</summary>
    [Theory]
    [InlineData(75)]
    [InlineData(300)]
    public void After_ManyInstances_TogetherKeepToTheRateAndShareIt(int instances)
    {
        var dice = new Random(instances);
        var paces = Enumerable.Range(0, instances).Select(_ => new VisitPace(s_second * 3.75, s_second * 3.75)).ToArray();
        var visits = new int[instances];
        var last = new double[instances];
        var due = new PriorityQueue<int, double>(Enumerable.Range(0, instances).Select(i => (i, dice.NextDouble())));
        long sessions = 0;
        while (due.TryDequeue(out var i, out var now) && now < 1_200)
        {
            sessions++;
            if (now >= 600)
                visits[i]++;
            paces[i] = paces[i].After(sessions, TimeSpan.FromSeconds(now - last[i]));
            last[i] = now;
            due.Enqueue(i, now + (paces[i].Pause.TotalSeconds * (0.85 + (0.3 * dice.NextDouble()))));
        }

        Assert.InRange(visits.Sum() / 600.0, VisitPace.VisitsPerSecond * 0.5, VisitPace.VisitsPerSecond * 1.25);
        Assert.True(visits.Min() > visits.Average() / 3, $"the least of them came {visits.Min()} times, on average they came {visits.Average()} times");
    }
}

using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Routing;

public sealed class CoarseClockTests
{
    private const long TakenAt = 1_000_000_000_000;
    private const long Tick = 5_000;
    private static readonly long s_perMs = TimeProvider.System.TimestampFrequency / 1000;

    /// <summary>The coarse clock may be late by nearly half the bound, and nothing is called sure that the exact clock would refuse.</summary>
    [Fact]
    public void SureSince_ClockLateByUpToHalfTheBound_IsNeverBeforeWhatIsAllowed()
    {
        var dice = new Random(7);
        for (var i = 0; i < 100_000; i++)
        {
            var bound = dice.Next(100, 60_000);
            var elapsed = dice.NextInt64(0, 100_000); // since the snapshot, exactly
            var late = dice.NextInt64(0, bound / 2); // of the coarse clock, when it is read
            var sure = CoarseClock.SureSince(Snapshot(Tick), TimeSpan.FromMilliseconds(bound), Tick + elapsed - Math.Min(late, elapsed));
            var allowed = TakenAt + ((elapsed - bound) * s_perMs);
            Assert.True(sure >= allowed, $"bound {bound} ms, {elapsed} ms after the snapshot, clock {late} ms late: {(allowed - sure) / s_perMs} ms too old");
        }
    }

    /// <summary>Both ways say the same, to the granularity of the clock.</summary>
    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1000, 400)]
    [InlineData(1000, 700)]
    [InlineData(100, 60)]
    public void SureUntil_SaysWhatSureSinceSays(int bound, int age)
    {
        var freshAsOf = TakenAt - (long)(age * s_perMs);
        var until = CoarseClock.SureUntil(Tick, TakenAt, TimeSpan.FromMilliseconds(bound), freshAsOf);
        Assert.Equal(Tick + (bound / 2) - age, until);
        if (until >= Tick)
            Assert.True(freshAsOf >= CoarseClock.SureSince(Snapshot(Tick), TimeSpan.FromMilliseconds(bound), until));
        Assert.False(freshAsOf >= CoarseClock.SureSince(Snapshot(Tick), TimeSpan.FromMilliseconds(bound), Math.Max(Tick, until + 1)));
    }

    [Theory]
    [InlineData(null, 1000, 1L)]
    [InlineData(5L, 99, 1L)]
    [InlineData(5L, 1000, StalenessLedger.None)]
    public void SureUntil_NothingIsSure(long? then, int bound, long freshAsOf) =>
        Assert.Equal(long.MinValue, CoarseClock.SureUntil(then, TakenAt, TimeSpan.FromMilliseconds(bound), freshAsOf));

    [Fact]
    public void SureSince_ExactClock_SparesHalfTheBound() =>
        Assert.Equal(TakenAt + ((300 - 500) * s_perMs), CoarseClock.SureSince(Snapshot(Tick), TimeSpan.FromSeconds(1), Tick + 300));

    [Theory]
    [InlineData(null, 1000, 0)] // the time is not the system's own
    [InlineData(Tick, 99, 0)] // the granularity is too much of the bound
    [InlineData(Tick, 1000, -1)] // it has gone back
    public void SureSince_NothingIsSure(long? taken, int bound, long since) =>
        Assert.Equal(long.MaxValue, CoarseClock.SureSince(Snapshot(taken), TimeSpan.FromMilliseconds(bound), Tick + since));

    [Fact]
    public void Read_OnlyOfTheSystemsTime()
    {
        Assert.NotNull(CoarseClock.Read(TimeProvider.System));
        Assert.Null(CoarseClock.Read(new FakeTimeProvider()));
    }

    private static ClusterSnapshot Snapshot(long? coarse) => new() { Nodes = [], TakenAt = default, Reason = "", Timestamp = TakenAt, CoarseTimestamp = coarse };
}

using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using static HaConnect.Tests.Operations.Drills.History.GivenDrills;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>When a drill is due and overdue, to the very moment.</summary>
public sealed class DrillRuleTests
{
    private static readonly DrillRequirement s_twiceAQuarter = new(DrillKind.Failover, 2, 3);
    private static readonly DrillRequirement s_onceAQuarter = new(DrillKind.Restore, 1, 3);
    private static readonly DateTimeOffset s_since = Utc(2026, 1, 1);

    [Fact]
    public void Of_NothingPassed_IsOverdueOnceTheMonthsSinceTheBeginAreOver()
    {
        var (before, then) = (DrillRule.Of(s_onceAQuarter, [], s_since, Utc(2026, 4, 1).AddTicks(-1)), DrillRule.Of(s_onceAQuarter, [], s_since, Utc(2026, 4, 1)));
        Assert.Equal((false, true), (before.IsOverdue, then.IsOverdue));
        Assert.Equal((Utc(2026, 4, 1), Utc(2026, 4, 1), 0, null), (before.Due!.Value, then.Due!.Value, then.Passed, then.LastPassed));
    }

    [Fact]
    public void Of_NothingPassedAndNobodyKnowsSinceWhen_IsOverdueAtOnce()
    {
        var standing = DrillRule.Of(s_onceAQuarter, [], since: null, Utc(2026, 1, 1));
        Assert.Equal((true, null), (standing.IsOverdue, standing.Due));
    }

    /// <summary>The second newest is the one whose leaving would leave too few.</summary>
    [Fact]
    public void Of_TwoPassed_IsOverdueWhenTheOlderOneLeavesTheSpan()
    {
        DateTimeOffset[] passed = [Utc(2026, 3, 20), Utc(2026, 1, 10, 12)];
        var (before, then) = (DrillRule.Of(s_twiceAQuarter, passed, s_since, Utc(2026, 4, 10, 12).AddTicks(-1)), DrillRule.Of(s_twiceAQuarter, passed, s_since, Utc(2026, 4, 10, 12)));
        Assert.Equal((2, false, Utc(2026, 4, 10, 12)), (before.Passed, before.IsOverdue, before.Due!.Value));
        Assert.Equal((1, true, Utc(2026, 4, 10, 12)), (then.Passed, then.IsOverdue, then.Due!.Value));
        Assert.Equal(Utc(2026, 3, 20), then.LastPassed);
    }

    [Fact]
    public void Of_OneMadeUp_IsOverdueNoMore()
    {
        DateTimeOffset[] passed = [Utc(2026, 1, 10), Utc(2026, 3, 20)];
        Assert.True(DrillRule.Of(s_twiceAQuarter, passed, s_since, Utc(2026, 4, 12)).IsOverdue);
        var madeUp = DrillRule.Of(s_twiceAQuarter, [.. passed, Utc(2026, 4, 12)], s_since, Utc(2026, 4, 12));
        Assert.Equal((2, false, Utc(2026, 6, 20)), (madeUp.Passed, madeUp.IsOverdue, madeUp.Due!.Value));
    }

    [Fact]
    public void Of_OnlyOneOfTwoWithinTheGrace_IsNotOverdueBeforeItEnds()
    {
        Assert.False(DrillRule.Of(s_twiceAQuarter, [Utc(2026, 1, 2)], s_since, Utc(2026, 3, 31)).IsOverdue);
        Assert.True(DrillRule.Of(s_twiceAQuarter, [Utc(2026, 1, 2)], s_since, Utc(2026, 4, 1)).IsOverdue);
    }

    /// <summary>What lies in the future by a wrong clock proves nothing yet.</summary>
    [Fact]
    public void Of_DrillInTheFuture_DoesNotCount() => Assert.True(DrillRule.Of(s_onceAQuarter, [Utc(2026, 6, 2)], s_since, Utc(2026, 6, 1)).IsOverdue);

    [Fact]
    public void Of_OtherOffset_IsTheSameMoment()
    {
        var passed = new DateTimeOffset(2026, 1, 31, 1, 0, 0, TimeSpan.FromHours(2)); // 30 January, 23:00 UTC
        Assert.Equal(Utc(2026, 4, 30, 23), DrillRule.Of(s_onceAQuarter, [passed], s_since, Utc(2026, 2, 1)).Due);
    }

    [Fact]
    public void Of_MonthWithoutThatDay_CountsUntilItsLast() => Assert.Equal(Utc(2026, 2, 28), DrillRule.Of(new(DrillKind.Restore, 1, 3), [Utc(2025, 11, 30)], Utc(2025, 1, 1), Utc(2026, 1, 1)).Due);

    /// <summary>What the rule is for: where nothing is ever overdue, each calendar quarter has as many as are demanded, whatever the days.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_NeverOverdue_EveryCalendarQuarterHasItsDrills(int seed)
    {
        var random = new Random(seed);
        var begin = Utc(2020, 1, 1);
        var passed = new List<DateTimeOffset> { begin, begin.AddHours(1) };

        // As late as it may be, or a little earlier.
        while (passed[^1] < begin.AddYears(6))
            passed.Add(DrillRule.Of(s_twiceAQuarter, passed, begin, passed[^1]).Due!.Value.AddTicks(-1).AddMinutes(-random.Next(0, 60 * 24 * 10)));
        for (var quarter = begin; quarter < begin.AddYears(5); quarter = quarter.AddMonths(3))
            Assert.True(passed.Count(p => p >= quarter && p < quarter.AddMonths(3)) >= 2, $"{quarter:u}: {string.Join(", ", passed)}");
    }
}

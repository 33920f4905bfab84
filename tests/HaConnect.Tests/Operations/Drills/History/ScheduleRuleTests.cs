using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Drills.Schedule;
using static HaConnect.Tests.Operations.Drills.History.GivenDrills;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>When a schedule begins a drill, by what is on record.</summary>
public sealed class ScheduleRuleTests
{
    private static readonly DateTimeOffset s_at = Utc(2026, 2, 1);
    private static readonly DrillScheduleOptions s_options = new() { Cadence = TimeSpan.FromDays(42), RetryAfter = TimeSpan.FromDays(1) };

    [Fact]
    public void DueAt_NothingOnRecord_IsAtOnce() => Assert.True(DueAt([]) < s_at);

    [Fact]
    public void DueAt_OnePassed_IsACadenceLater() => Assert.Equal(s_at.AddDays(42), DueAt([Outcome(DrillKind.Failover, s_at)]));

    [Fact]
    public void DueAt_OneFailed_IsTriedAgainSoon() => Assert.Equal(s_at.AddDays(1), DueAt([Outcome(DrillKind.Failover, s_at, passed: false)]));

    /// <summary>Whoever began it is gone: a crash in the midst of it.</summary>
    [Fact]
    public void DueAt_OneBegunAndNeverEnded_IsNotBegunAgainAtOnce() => Assert.Equal(s_at.AddDays(1), DueAt([], new BegunDrill(DrillKind.Failover, s_at, "main")));

    [Fact]
    public void DueAt_BegunAndPassed_IsACadenceAfterIt() => Assert.Equal(s_at.AddDays(42).AddSeconds(3), DueAt([Outcome(DrillKind.Failover, s_at.AddSeconds(3))], new BegunDrill(DrillKind.Failover, s_at, "main")));

    [Fact]
    public void DueAt_FailedShortlyBeforeTheCadenceIsOver_IsTheLater() =>
        Assert.Equal(s_at.AddDays(42).AddHours(12), DueAt([Outcome(DrillKind.Failover, s_at), Outcome(DrillKind.Failover, s_at.AddDays(41).AddHours(12), passed: false)]));

    [Fact]
    public void DueAt_OtherKindOrCluster_DoesNotCount() =>
        Assert.True(DueAt([Outcome(DrillKind.Restore, s_at), Outcome(DrillKind.Failover, s_at, cluster: "other")], new BegunDrill(DrillKind.Failover, s_at, "other")) < s_at);

    /// <summary>What somebody runs on a throw-away cluster does not put off the schedule; what the schedule itself runs there does.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(BegunDrill.Schedule, true)]
    public void DueAt_LocalDrill_CountsWhereItIsTheSchedulesOwn(string? by, bool counts) =>
        Assert.Equal(counts, ScheduleRule.DueAt(DrillKind.Failover, "main", new DrillLedger([Entry(Outcome(DrillKind.Failover, s_at, isLocal: true, cluster: "local"), by)], [], null), new DrillHistoryOptions(), s_options) > s_at);

    private static DateTimeOffset DueAt(IEnumerable<DrillOutcome> outcomes, params BegunDrill[] begun) =>
        ScheduleRule.DueAt(DrillKind.Failover, "main", new DrillLedger([.. outcomes.Select(o => Entry(o))], begun, null), new DrillHistoryOptions(), s_options);
}

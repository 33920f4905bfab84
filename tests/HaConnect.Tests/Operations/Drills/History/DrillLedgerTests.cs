using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Tests.Operations.Auditing;
using static HaConnect.Tests.Operations.Drills.History.GivenDrills;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>What of a trail is a drill, and which drills count.</summary>
public sealed class DrillLedgerTests
{
    private static readonly DateTimeOffset s_at = Utc(2026, 2, 1);

    [Fact]
    public void Of_OutcomesBegunAndOthers_AreToldApartAndCountedOnce()
    {
        var outcome = Record(Outcome(DrillKind.Restore, s_at).ToAuditRecord("app1", "alice", s_at.AddMinutes(2)), 3);
        var ledger = DrillLedger.Of(
        [
            Record(GivenTrail.Record("something else", at: s_at.AddDays(-1)), 1),
            Record(new BegunDrill(DrillKind.Failover, s_at, "main").ToAuditRecord("app1"), 2),
            outcome, outcome,
            Record(GivenTrail.Record("a verification", at: s_at, kind: AuditKind.Drill) with { Data = "{\"rate\":1}" }, 4),
        ]);
        var entry = Assert.Single(ledger.Outcomes);
        Assert.Equal((DrillKind.Restore, "alice", "app1"), (entry.Outcome.Kind, entry.By, entry.Instance));
        Assert.Equal(DrillKind.Failover, Assert.Single(ledger.Begun).Kind);
        Assert.Equal(s_at.AddDays(-1), ledger.Since);
    }

    /// <summary>A drill that records its outcome, in the hands of a schedule that records it, too.</summary>
    [Fact]
    public void Of_SameOutcomeFromTheDrillAndItsSchedule_CountsOnce()
    {
        var outcome = Outcome(DrillKind.Failover, s_at);
        var ledger = DrillLedger.Of([Record(outcome.ToAuditRecord("app1-drill", "alice", s_at.AddMinutes(2)), 1), Record(outcome.ToAuditRecord("app1", BegunDrill.Schedule, s_at.AddMinutes(3)), 2), Record((outcome with { At = s_at.AddMinutes(9) }).ToAuditRecord("app1", "bob", s_at.AddMinutes(12)), 3)]);
        Assert.Equal([s_at, s_at.AddMinutes(9)], ledger.Outcomes.Select(o => o.Outcome.At));
        Assert.Equal(s_at.AddMinutes(2), ledger.Outcomes[0].EndedAt);
    }

    /// <summary>What was removed can have been older than anything that is known.</summary>
    [Fact]
    public void Since_AChainWhoseBeginWasRemoved_IsNotKnown()
    {
        Assert.Null(DrillLedger.Of([Record(GivenTrail.Record("x"), 1), Record(GivenTrail.Record("y"), 7, "b")]).Since);
        Assert.Null(DrillLedger.Of([]).Since);
    }

    [Fact]
    public void History_FailedLocalAndForeignDrills_AreShownAndDoNotCount()
    {
        var ledger = new DrillLedger(
            [
                Entry(Outcome(DrillKind.Failover, s_at, passed: false)), Entry(Outcome(DrillKind.Failover, s_at, isLocal: true, cluster: "local")), Entry(Outcome(DrillKind.Failover, s_at, cluster: "other")), Entry(Outcome(DrillKind.Failover, s_at)),
            ],
            [], s_at);
        var own = DrillHistory.Of(ledger, new DrillHistoryOptions { ClusterName = "main" }, s_at.AddDays(1));
        Assert.Equal((3, 1), (own.Drills.Count, own.Standings[0].Passed));
        Assert.Equal(2, DrillHistory.Of(ledger, new DrillHistoryOptions { ClusterName = "main", CountsLocalDrills = true }, s_at.AddDays(1)).Standings[0].Passed);
        Assert.Equal((4, 2), (DrillHistory.Of(ledger, new DrillHistoryOptions(), s_at.AddDays(1)).Drills.Count, DrillHistory.Of(ledger, new DrillHistoryOptions(), s_at.AddDays(1)).Standings[0].Passed));
    }

    [Fact]
    public void ReadFolders_TrailThatGrows_IsReadAnew()
    {
        using var trail = new GivenTrail();
        using var file = trail.Open();
        var source = new FolderLedger([trail.Folder]);
        file.Write(GivenTrail.Record("a beginning"));
        Assert.Empty(source.Read().Outcomes);
        file.Write(Outcome(DrillKind.Failover, GivenTrail.Noon).ToAuditRecord("app1", null, GivenTrail.Noon));
        Assert.Single(source.Read().Outcomes);
        Assert.Same(source.Read(), source.Read());
        Assert.Equal(GivenTrail.Noon, DrillHistory.ReadFolders([trail.Folder], time: trail.Time).Since);
    }

    [Fact]
    public void Validate_OptionsOutOfBounds_NameTheOptionTheValueAndTheRemedy()
    {
        var twice = new DrillHistoryOptions { Requirements = { new DrillRequirement(DrillKind.Failover, 1, 3) } };
        Assert.Contains("one for Failover; leave out the others", Assert.Throws<ArgumentOutOfRangeException>(twice.Validate).Message, StringComparison.Ordinal);
        var never = new DrillHistoryOptions { Requirements = { new DrillRequirement(DrillKind.Load, 0, 3) } };
        Assert.Contains("DrillRequirement.Times of Load must be 1 to 100", Assert.Throws<ArgumentOutOfRangeException>(never.Validate).Message, StringComparison.Ordinal);
        Assert.Contains("ReadInterval", Assert.Throws<ArgumentOutOfRangeException>(new DrillHistoryOptions { ReadInterval = TimeSpan.Zero }.Validate).Message, StringComparison.Ordinal);
    }
}

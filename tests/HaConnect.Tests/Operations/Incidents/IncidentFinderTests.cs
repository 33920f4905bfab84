using HaConnect.Operations;
using HaConnect.Operations.Incidents;
using static HaConnect.Tests.Operations.Incidents.GivenStory;

namespace HaConnect.Tests.Operations.Incidents;

/// <summary>What of a story is one incident, and what it was.</summary>
public sealed class IncidentFinderTests
{
    [Fact]
    public void Report_Failover_HasItsFacts()
    {
        var context = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2).Report().Context;
        Assert.Equal((IncidentKind.Failover, "n1", "n2", TimeSpan.FromSeconds(0.42)), (context.Kind, context.PrimaryBefore, context.PrimaryAfter, context.Took));
        Assert.Equal(Noon, context.Incident.Detected!.At);
        Assert.Contains("nothing acked should be missing", LossWords.Of(context), StringComparison.Ordinal);
    }

    /// <summary>The coordinator dies between the promotion and the end; another one, whose clock is behind, finishes its work.</summary>
    [Fact]
    public void Report_CoordinatorDiesAndAnotherFinishes_IsOneIncidentInTheOrderOfTheTerms()
    {
        var story = new GivenStory()
            .Detected("web-1", 0)
            .Add("web-1", 0.1, AuditKind.Act, "CuttingOff", "term 2 is promised by n2, n3", 2)
            .Add("web-1", 0.3, AuditKind.Act, "Establishing", "promoted: n2 has left recovery", 2, before: "n1", after: "n2")
            .Add("web-2", 0.02, AuditKind.Election, "Surveying", "elected: web-2 is the coordinator, holding the locks of n2, n3")
            .Add("web-2", 0.05, AuditKind.Decision, "Promising", "n2 was promoted by a coordinator before; finishing its work", 3)
            .Add("web-2", 0.06, AuditKind.Act, "Leading", "established: n2 is the primary of term 3", 3, before: "term 1: n1, 1 of n2, n3", after: "term 3: n2, 1 of n3", duration: 0.3);
        var context = story.Report().Context;
        Assert.Equal((IncidentKind.Failover, "n1", "n2"), (context.Kind, context.PrimaryBefore, context.PrimaryAfter));
        Assert.Equal(["web-1", "web-2"], context.Coordinators);
        Assert.Equal([2L, 3L], context.Incident.Terms);
        Assert.Equal(TimeSpan.FromSeconds(0.25), context.ClocksDiffer);
        Assert.Contains("Here they differ by 0.250 s at least.", story.Report().ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_RefusedThenByHandMuchLater_IsOneIncident()
    {
        var story = new GivenStory()
            .Detected("web-1", 0)
            .Add("web-1", 0.1, AuditKind.Refusal, "Leading", "failover refused: alice has paused it since 11:00: new switches", duration: 0.1)
            .Add("web-2", 3600, AuditKind.Command, "Failover", "a failover of main is asked for, and that acked writes may be lost is accepted", by: "bob")
            .Promoted("web-1", 3601, 2)
            .Add("web-2", 3602, AuditKind.Command, "Failover", "n2 is the primary of term 2", 2, by: "bob", before: "n1", after: "n2", duration: 2);
        var report = story.Report(new IncidentSelection { Term = 2 });
        Assert.Equal((IncidentKind.FailoverByHand, 1, 2), (report.Context.Kind, report.Context.Refusals.Count, report.Context.Commands.Count));
        Assert.StartsWith("Not known, and possible: whoever asked for this failover accepted", LossWords.Of(report.Context), StringComparison.Ordinal);
        Assert.Contains("(asked for by bob)", report.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OnlyRefused_PromisesNothing()
    {
        var context = new GivenStory().Detected("web-1", 0).Add("web-1", 0.1, AuditKind.Refusal, "Leading", "failover refused: only 1 of 3 voters can be reached").Report().Context;
        Assert.Equal((IncidentKind.RefusedFailover, null), (context.Kind, context.PrimaryAfter));
        Assert.Contains("No other node was promoted, as far as these trails go", LossWords.Of(context), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuditKind.Refusal, "Leading", "whether n2 was promoted is not known: n2 does not answer; trying again soon")]
    [InlineData(AuditKind.Election, "Watching", "no longer the coordinator: only the locks of n2 are held")]
    public void Report_ChosenAndNotKnownWhetherPromoted_DoesNotSayThatNobodyWas(AuditKind kind, string step, string last)
    {
        var report = new GivenStory().Detected("web-1", 0).Add("web-1", 0.1, AuditKind.Decision, "Deciding", "n2 is furthest (n2 term 1 0/19) and will be promoted", 2).Add("web-1", 9, kind, step, last, 2).Report();
        Assert.Equal("Not known. Whether another node was promoted is not in these trails.", LossWords.Of(report.Context));
        Assert.Equal("The primary was lost, or seemed so; whether another node was promoted is not in these trails.", report.Verdict);
        Assert.DoesNotContain("no other node was promoted", report.ToMarkdown(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A trail that stops in the middle, and another coordinator's refusal later: what the first one did is not known.</summary>
    [Fact]
    public void Report_OneCoordinatorsTrailStops_DoesNotSayThatNobodyWasPromoted()
    {
        var story = new GivenStory().Detected("web-1", 0).Add("web-1", 0.1, AuditKind.Act, "CuttingOff", "term 2 is promised by n2, n3", 2).Detected("web-2", 5).Add("web-2", 6, AuditKind.Refusal, "Leading", "failover refused: only 1 of 3 voters can be reached");
        Assert.StartsWith("Not known.", LossWords.Of(story.Report().Context), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_RefusedBeforeThePromotion_SaysThatNobodyWasAsFarAsTheTrailsGo()
    {
        var context = new GivenStory().Detected("web-1", 0).Add("web-1", 0.1, AuditKind.Decision, "Deciding", "n2 is furthest (n2 term 1 0/19) and will be promoted", 2)
            .Add("web-1", 0.2, AuditKind.Refusal, "Reverting", "refused: n2 could not be prepared; n2 does not answer", 2).Add("web-1", 0.3, AuditKind.Act, "Leading", "pointed back to n1: n2, n3", 2).Report().Context;
        Assert.StartsWith("Not measured. No other node was promoted, as far as these trails go,", LossWords.Of(context), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SwitchoverThatPromotedAndWasNotEstablished_IsNotKnown()
    {
        var context = new GivenStory().Add("web-1", 0, AuditKind.Decision, "Announcing", "switchover from n1 to n2, as somebody has asked for")
            .Add("web-1", 1, AuditKind.Act, "Establishing", "promoted: n2 has left recovery", 2, before: "n1", after: "n2").Report().Context;
        Assert.Equal((IncidentKind.SwitchoverCalledOff, "n2"), (context.Kind, context.PrimaryAfter));
        Assert.StartsWith("Not known. A node was promoted,", LossWords.Of(context), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_PrimaryAnswersAgain_IsNoFailover() =>
        Assert.Equal(IncidentKind.Recovered, new GivenStory().Detected("web-1", 0).Add("web-1", 0.2, AuditKind.Decision, "Leading", "no failover: n1 answers again").Report().Context.Kind);

    [Fact]
    public void Report_Asynchronous_LossIsNotKnown()
    {
        var words = LossWords.Of(new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2, rowBefore: "term 1: n1, alone").Report().Context);
        Assert.StartsWith("Not known, and possible: no commit waited for a standby before", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SwitchoverCalledOff_IsSaid()
    {
        var context = new GivenStory()
            .Add("web-1", 0, AuditKind.Decision, "Announcing", "switchover from n1 to n2, as somebody has asked for")
            .Add("web-1", 5, AuditKind.Decision, "Reopening", "switchover called off: open transactions did not end")
            .Add("web-1", 5.1, AuditKind.Act, "Leading", "n1 takes writes again").Report().Context;
        Assert.Equal((IncidentKind.SwitchoverCalledOff, null), (context.Kind, context.PrimaryAfter));
    }

    /// <summary>Somebody has promoted by hand: no coordinator tells of it.</summary>
    [Fact]
    public void Report_PrimaryOnlySeen_SaysThatNobodyTellsOfIt()
    {
        var report = new GivenStory().Seen("web-1", 0, "n1, term 1", "n1, term 2").Seen("web-1", 60, "n1, term 2", "n3, term 3").Seen("web-2", 61, "n1, term 2", "n3, term 3").Report();
        Assert.Equal((IncidentKind.SeenOnly, "n1", "n3", 2), (report.Context.Kind, report.Context.PrimaryBefore, report.Context.PrimaryAfter, report.Context.Incident.Records.Count));
        Assert.Contains("no coordinator tells of it in these trails", report.Verdict, StringComparison.Ordinal);
        Assert.StartsWith("Not known.", LossWords.Of(report.Context), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_TwoFailoversApart_AreTwo()
    {
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2).Detected("web-1", 100).Promoted("web-1", 100.1, 3, "n3");
        Assert.Equal(["n2", "n3"], IncidentFinder.Find([.. story.Merged.Select(e => e.Record)]).Select(i => i.Promoted!.After));
        Assert.Equal("n3", story.Report().Context.PrimaryAfter);
        Assert.Equal("n2", story.Report(new IncidentSelection { At = Noon.AddSeconds(30) }).Context.PrimaryAfter);
        Assert.Equal("n3", story.Report(new IncidentSelection { At = Noon.AddSeconds(80) }).Context.PrimaryAfter);
    }

    /// <summary>A refusal that never ended, and the next loss a day later.</summary>
    [Fact]
    public void Find_LossLongAfterARefusalThatNeverEnded_IsAnotherIncident()
    {
        var story = new GivenStory().Detected("web-1", 0).Add("web-1", 0.1, AuditKind.Refusal, "Leading", "failover refused: paused").Detected("web-1", 86_400).Promoted("web-1", 86_400.1, 2);
        Assert.Equal([IncidentKind.RefusedFailover, IncidentKind.Failover], IncidentFinder.Find([.. story.Merged.Select(e => e.Record)]).Select(i => i.KindOf(isAskedFor: false)));
    }

    [Fact]
    public void Report_NothingSuch_SaysWhatThereIs()
    {
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2);
        var error = Assert.Throws<InvalidOperationException>(() => story.Report(new IncidentSelection { Term = 7 })).Message;
        Assert.Equal("Term 7 is not in these trails. They tell of:\n2026-03-04 12:00:00.000 UTC: failover, term 2: established: n2 is the primary of term 2", error);
        Assert.Contains("An incident at 2026-03-04 13:00:00.000 UTC is not in these trails.", Assert.Throws<InvalidOperationException>(() => story.Report(new IncidentSelection { At = Noon.AddHours(1) })).Message, StringComparison.Ordinal);
        Assert.Contains("They tell of no incident.", Assert.Throws<InvalidOperationException>(() => new GivenStory().Report()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SeveralClusters_OneHasToBeNamed()
    {
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2).Add("web-1", 5, AuditKind.Decision, "Reading", "detected: m1 is lost", cluster: "other");
        Assert.Contains("several clusters: main, other", Assert.Throws<InvalidOperationException>(() => story.Report()).Message, StringComparison.Ordinal);
        Assert.Equal(IncidentKind.Failover, story.Report(new IncidentSelection { ClusterName = "main" }).Context.Kind);
        Assert.Equal(IncidentKind.RefusedFailover, story.Report(new IncidentSelection { ClusterName = "other" }).Context.Kind);
    }

    [Fact]
    public void Report_ItWasADrill_SaysSoAndWhatTheDrillMeasured()
    {
        var drill = new DrillOutcome(DrillKind.Failover, Noon.AddSeconds(-5), "main", true, "n1 was killed") { AckedWrites = 27_264, LostWrites = 0 };
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2);
        var entries = story.Merged.Append(new AuditEntry("d", 1, "hash", drill.ToAuditRecord("vm1", "alice", Noon.AddSeconds(40)), false, "{}")).ToList();
        var report = IncidentReport.Of(entries, new IncidentSelection(), []);
        Assert.StartsWith("# Drill: failover of main", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Equal("Measured by the drill that it was: 0 of 27,264 acked writes are lost.", LossWords.Of(report.Context));
        Assert.Empty(report.Context.Drills);
    }

    /// <summary>The way back comes after the drill's count: that figure is not its own.</summary>
    [Fact]
    public void Report_WayBackOfADrill_IsNotGivenTheDrillsFigure()
    {
        var drill = new DrillOutcome(DrillKind.Failover, Noon.AddSeconds(-5), "main", true, "n1 was killed") { AckedWrites = 27_264, LostWrites = 0 };
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2)
            .Add("web-1", 20, AuditKind.Decision, "Announcing", "switchover from n2 to n1, as somebody has asked for").Add("web-1", 21, AuditKind.Act, "CuttingOff", "caught up: n1 has replayed all that n2 has acked", 3).Promoted("web-1", 21.1, 3, "n1");
        List<AuditEntry> entries = [.. story.Merged, new AuditEntry("d", 1, "hash", drill.ToAuditRecord("vm1", "alice", Noon.AddSeconds(40)), false, "{}")];
        var back = IncidentReport.Of(entries, new IncidentSelection(), []).Context;
        Assert.Equal((IncidentKind.Switchover, true), (back.Kind, back.OwnDrill is not null));
        Assert.StartsWith("Not measured. The new primary had replayed", LossWords.Of(back), StringComparison.Ordinal);
        Assert.StartsWith("Measured by the drill", LossWords.Of(IncidentReport.Of(entries, new IncidentSelection { Term = 2 }, []).Context), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_DrillOfAnotherClusterMeanwhile_IsNotItsDrill()
    {
        var drill = new DrillOutcome(DrillKind.Failover, Noon.AddSeconds(-5), "other", true, "m1 was killed") { AckedWrites = 27_264, LostWrites = 0 };
        var before = new DrillOutcome(DrillKind.Failover, Noon.AddDays(-5), "other", true, "m1 was killed");
        var story = new GivenStory().Detected("web-1", 0).Promoted("web-1", 0.1, 2);
        AuditEntry[] drills = [.. ((DrillOutcome[])[drill, before]).Select((d, i) => new AuditEntry("d", i + 1, "hash", d.ToAuditRecord("vm1", "alice", d.At.AddSeconds(40)), false, "{}"))];
        var context = IncidentReport.Of([.. story.Merged, .. drills], new IncidentSelection(), []).Context;
        Assert.Equal((null, 0), (context.OwnDrill, context.Drills.Count));
        Assert.StartsWith("Not measured. A commit waited for standbys before", LossWords.Of(context), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ChangesAndDrillsBefore_AreThoseOfTheDayBefore()
    {
        var drill = new DrillOutcome(DrillKind.Failover, Noon.AddDays(-20), "main", true, "n1 was killed") { Recovery = TimeSpan.FromSeconds(0.5) };
        var story = new GivenStory()
            .Add("web-1", -100_000, AuditKind.Configuration, "Pause", "automatic failover is seen to be paused", before: "automatic", after: "paused")
            .Add("web-1", -3600, AuditKind.Configuration, "SynchronousStandbyNames", "synchronous_standby_names of n1 is seen as ''", before: "ANY 1 (n2,n3)", after: "")
            .Detected("web-1", 0).Promoted("web-1", 0.1, 2);
        var report = IncidentReport.Of([.. story.Merged, new AuditEntry("d", 1, "hash", drill.ToAuditRecord("vm1", "alice", Noon.AddDays(-20).AddSeconds(40)), false, "{}")], new IncidentSelection(), []);
        Assert.Equal("SynchronousStandbyNames", Assert.Single(report.Context.Changes).Step);
        Assert.Contains("failover drill passed, recovery 0.500 s: n1 was killed", report.ToMarkdown(), StringComparison.Ordinal);
    }
}

using System.Text.Json;
using HaConnect.Cli;
using HaConnect.Cli.Verifying;
using HaConnect.Operations;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class ReportTests
{
    private static VerificationReport Report(long rows, long different = 0, long unjudged = 0, long since = 0, double goal = 0.999, params VerificationNoteKind[] notes) => new(
        "n1", "n2", "They follow.", DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(2), goal,
        [
            new VerifiedTable("public.t", "by id", rows)
            {
                DifferentRows = different, Unjudged = unjudged, ChangedSince = since,
                Shown = different == 0 ? [] : [new RowDifference(RowDifferenceKind.Changed, "id=1", [new ColumnDifference("v<b>", "it's", null)])],
            },
        ],
        [.. notes.Select(n => new VerificationNote(n, null, "something"))]);

    [Fact]
    public void Verdict_RowsAndNotes_DecideIt()
    {
        Assert.Equal(VerificationVerdict.Met, Report(1000).Verdict);
        Assert.Equal(VerificationVerdict.Met, Report(0).Verdict);
        Assert.Equal(VerificationVerdict.Met, Report(1000, different: 1).Verdict); // 99.9 % is the goal
        Assert.Equal(VerificationVerdict.NotMet, Report(1000, different: 2).Verdict);
        Assert.Equal(VerificationVerdict.Unknown, Report(1000, different: 1, unjudged: 1).Verdict); // it depends on that one
        Assert.Equal(VerificationVerdict.NotMet, Report(1000, different: 2, unjudged: 1).Verdict); // it does not
        Assert.Equal(VerificationVerdict.Met, Report(2000, different: 1, unjudged: 1).Verdict);
        Assert.Equal(VerificationVerdict.NotMet, Report(1000, different: 2, since: 500).Verdict);
        Assert.Equal(VerificationVerdict.NotMet, Report(1000, notes: VerificationNoteKind.Difference).Verdict);
        Assert.Equal(VerificationVerdict.Unknown, Report(1000, notes: VerificationNoteKind.NotVerified).Verdict);
        Assert.Equal(VerificationVerdict.Met, Report(1000, notes: VerificationNoteKind.Note).Verdict);
        Assert.True(Report(1000, notes: VerificationNoteKind.Note).IsEqual);
        Assert.False(Report(1000, different: 1).IsEqual);
        Assert.Equal(0.996, Report(1000, different: 2, since: 500).Rate);
    }

    [Theory]
    [InlineData(1, "100 %")]
    [InlineData(0.99999999999, "99.999999 %")] // never a whole that it is not
    [InlineData(0.99999, "99.999 %")]
    [InlineData(0.5, "50 %")]
    public void Percent_Share_IsNotRoundedUp(double share, string expected) => Assert.Equal(expected, VerificationRules.Percent(share));

    [Fact]
    public void Writers_Report_SayTheSame()
    {
        var report = Report(1000, different: 2);
        var json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal((1, "notMet", 2L), (json.GetProperty("schemaVersion").GetInt32(), json.GetProperty("verdict").GetString(), json.GetProperty("differentRows").GetInt64()));
        var row = json.GetProperty("tables")[0].GetProperty("shown")[0];
        Assert.Equal(("changed", "it's", JsonValueKind.Null), (row.GetProperty("kind").GetString(), row.GetProperty("columns")[0].GetProperty("left").GetString(), row.GetProperty("columns")[0].GetProperty("right").ValueKind));
        var html = report.ToHtml();
        Assert.Contains("v&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("1,000 rows in 1 tables of n1 and n2: 2 differ; 99.8 % verified as equal, the goal is 99.9 %", html, StringComparison.Ordinal);
        Assert.Contains("| changed | id=1 | v\\<b\\> | it's | NULL |", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Equal("public.t: changed: id=1: v<b> it's | NULL", VerifyOutput.Line("public.t", report.Tables[0].Shown[0], showsValues: true));
    }

    [Fact]
    public void CodeOf_SeveralReports_IsThatOfTheWorst()
    {
        var (met, not, unknown) = (Report(1000), Report(1000, different: 2), Report(1000, unjudged: 2));
        Assert.Equal([0, 1, 3, 1, 3, 3], ((VerificationReport[][])[[met, met], [met, not], [met, unknown], [unknown, not], [unknown, unknown], [met]]).Select(r => VerifyRowsCommand.CodeOf(r, sides: 2)));
    }

    [Fact]
    public void Judge_Sequences_BehindIsADifferenceOnlyWhereTheyAreReplicated()
    {
        SequenceState[] left = [new("public", "s", 1, 10, true), new("public", "down", -1, -10, true), new("public", "unused", 1, null, true)];
        SequenceState[] ahead = [new("public", "s", 1, 42, true), new("public", "down", -1, -42, true)];
        SequenceState[] behind = [new("public", "s", 1, 9, true), new("public", "down", -1, -9, true)];
        Assert.Empty(SequenceRules.Judge(left, ahead, left, SideRelation.Replay));
        Assert.Equal(VerificationNoteKind.Difference, Assert.Single(SequenceRules.Judge(left, behind, left, SideRelation.Replay)).Kind);
        var note = Assert.Single(SequenceRules.Judge(left, [], null, SideRelation.Subscription));
        Assert.Equal((VerificationNoteKind.Note, true), (note.Kind, note.Text.EndsWith("public.s (nothing of 10), public.down (nothing of -10).", StringComparison.Ordinal)));
    }

    [Fact]
    public void Judge_SequenceAheadAtTheStandby_IsADifferenceWhereItIsMoreThanTheWalHasAndNothingMoved()
    {
        SequenceState[] left = [new("public", "s", 5, 10, true)];
        SequenceState[] moved = [new("public", "s", 5, 15, true)];
        SequenceState[] far = [new("public", "s", 5, 175, true)];
        Assert.Equal("Sequences that are more than 32 values ahead at the right: public.s (175 of 10).", Assert.Single(SequenceRules.Judge(left, far, left, SideRelation.Replay)).Text);
        Assert.Empty(SequenceRules.Judge(left, [new("public", "s", 5, 170, true)], left, SideRelation.Replay));
        Assert.Empty(SequenceRules.Judge(left, far, moved, SideRelation.Replay));
        Assert.Empty(SequenceRules.Judge(left, far, null, SideRelation.Subscription));

        // The other way round the standby at the left may be as far ahead of the primary.
        Assert.Empty(SequenceRules.Judge([new("public", "s", 5, 170, true)], left, null, SideRelation.Replay, isLeftStandby: true));
        Assert.Equal(VerificationNoteKind.Difference, Assert.Single(SequenceRules.Judge(far, left, null, SideRelation.Replay, isLeftStandby: true)).Kind);
    }

    [Fact]
    public void Judge_SequenceThatCannotBeRead_IsNotVerifiedWhereItIsReplicated()
    {
        SequenceState[] hidden = [new("public", "s", 1, null, false)];
        Assert.Equal(VerificationNoteKind.NotVerified, Assert.Single(SequenceRules.Judge(hidden, hidden, hidden, SideRelation.Replay)).Kind);
        Assert.Equal(VerificationNoteKind.Note, Assert.Single(SequenceRules.Judge(hidden, hidden, null, SideRelation.Subscription)).Kind);
        Assert.Empty(SequenceRules.Judge([new("public", "s", 1, 7, true, IsLogged: false)], [new("public", "s", 1, null, true, IsLogged: false)], null, SideRelation.Replay));

        // Dropped, or dropped and made anew, while they were read.
        SequenceState[] given = [new("public", "s", 1, 10, true)];
        Assert.Empty(SequenceRules.Judge(given, [], [], SideRelation.Replay));
        Assert.Empty(SequenceRules.Judge(given, [given[0] with { Last = null }], [given[0] with { Last = 1 }], SideRelation.Replay));
    }

    [Fact]
    public void NodeOutcome_WithoutAVerdict_IsNoNewsOfWhatIsEqual()
    {
        var (met, unknown) = (Report(1000), Report(1000, notes: VerificationNoteKind.NotVerified));
        var at = DateTimeOffset.UnixEpoch.AddSeconds(7);
        Assert.Equal(new NodeOutcome(null, 0, null), default(NodeOutcome).With(unknown, at));
        Assert.Equal(new NodeOutcome(1, 7, 0), default(NodeOutcome).With(met, at));
        var known = default(NodeOutcome).With(Report(1000, different: 2, notes: [VerificationNoteKind.Difference, VerificationNoteKind.Note]), at);
        Assert.Equal(new NodeOutcome(0.998, 7, 3), known); // a part that cannot be read is no row
        Assert.Equal(known, known.With(unknown, at.AddDays(1)));
        Assert.Equal(known with { Different = 5 }, known.With(Report(1_000_000, different: 5, unjudged: 10_000, goal: 0.999), at.AddDays(1)));
        Assert.Equal(new NodeOutcome(1, 8, 0), known.With(met, at.AddSeconds(1)));
    }

    [Fact]
    public void Describe_KeyThatIsThereTwice_SaysSo()
    {
        var plan = new TablePlan { Name = "t", From = new("t", "t"), Method = TableMethod.KeyRanges, MethodText = "", Columns = [new("id", new("id", "id"))], Key = [new("id", new("id", "id"))], EstimatedRows = 0, Blocks = 0 };
        var options = new VerificationOptions();
        var row = new FetchedRow(1, ["7"], ["7"], [99]);
        var shown = new RowShower(new TableSql(plan, 1, 100), new Pace(options), options).Describe(new JudgedRow(1, Judgement.Changed), [row], [row, row]);
        Assert.Equal(("id=7 (2 times at the right)", 0), (shown.Key, shown.Columns.Count));
    }

    [Fact]
    public void Require_PageThatCannotBeWritten_IsRefusedAndNothingIsLeft()
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-page-");
        try
        {
            var page = Path.Combine(folder.FullName, "report.html");
            VerifyPages.Require(page);
            Assert.False(File.Exists(page));
            File.WriteAllText(page, "an older one");
            VerifyPages.Require(page);
            Assert.Equal("an older one", File.ReadAllText(page));
            Assert.Contains("--html is ", Assert.Throws<UsageException>(() => VerifyPages.Require(Path.Combine(folder.FullName, "nowhere", "report.html"))).Message, StringComparison.Ordinal);
            Assert.Throws<UsageException>(() => VerifyPages.Require(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Validate_ValueOutOfItsBounds_IsNamed()
    {
        new VerificationOptions().Validate();
        Assert.Contains("VerificationOptions.Goal must be more than 0 and up to 1.", Assert.Throws<ArgumentOutOfRangeException>(() => new VerificationOptions { Goal = 99.999 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("Parallelism", Assert.Throws<ArgumentOutOfRangeException>(() => new VerificationOptions { Parallelism = 0 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("Interval", Assert.Throws<ArgumentOutOfRangeException>(() => new VerificationScheduleOptions { Interval = TimeSpan.Zero }.Validate()).Message, StringComparison.Ordinal);
    }
}

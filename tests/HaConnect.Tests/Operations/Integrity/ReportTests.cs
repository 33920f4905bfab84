using System.Text.Json;
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
        Assert.Empty(SequenceRules.Judge(left, ahead, SideRelation.Replay));
        Assert.Equal(VerificationNoteKind.Difference, Assert.Single(SequenceRules.Judge(left, behind, SideRelation.Replay)).Kind);
        var note = Assert.Single(SequenceRules.Judge(left, [], SideRelation.Subscription));
        Assert.Equal((VerificationNoteKind.Note, true), (note.Kind, note.Text.EndsWith("public.s (nothing of 10), public.down (nothing of -10).", StringComparison.Ordinal)));
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

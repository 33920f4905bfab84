using HaConnect.Operations;
using HaConnect.Operations.Backups;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>Whether a copy's rows are the primary's: each of them.</summary>
public sealed class RowComparisonTests
{
    [Fact]
    public void FindingOf_OneRowOfAMillion_IsCritical()
    {
        Assert.Null(Finding(new("public.story", "key", 1_000_000)));
        Assert.Equal((CheckState.Critical, "n1"), (Finding(new("public.story", "key", 1_000_000) { DifferentRows = 1 })!.State, Finding(new("public.story", "key", 1_000_000) { DifferentRows = 1 })!.Subject));
        Assert.Contains("could not be told", Finding(new("public.story", "key", 1_000_000) { Unjudged = 1 })!.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_RowsThatDifferOrWereNotJudged_AreNotThePrimarys()
    {
        var report = new BackupDrillReport("main", DateTimeOffset.UnixEpoch, "x", "y", [], [], [])
        {
            IsProven = true,
            RestoreTime = TimeSpan.FromSeconds(1),
            Verification = Report(new("public.story", "key", 1000) { DifferentRows = 5, Unjudged = 20, InFlux = 30, ChangedSince = 100 }),
        };
        Assert.Equal((850L, 5L, 100L), (report.ComparedRows, report.DifferentRows, report.ChangedSince));
        Assert.Contains("and 845 rows are the primary's as of then (100 were changed since)", report.Verdict, StringComparison.Ordinal);
    }

    private static BackupFinding? Finding(VerifiedTable table) => RowComparison.FindingOf(Report(table), "n1");

    private static VerificationReport Report(VerifiedTable table) => new("n1", "copy", "x", DateTimeOffset.UnixEpoch, TimeSpan.Zero, RowComparison.Options(700, TimeProvider.System).Goal, [table], []);
}

using System.Globalization;
using System.Text.RegularExpressions;
using HaConnect.Operations.Planning;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>The rows of docs/operations/topologies.md: losses with w (writes go on, after a failover too) and f (a failover is, or would be, possible).</summary>
public sealed partial class LossTableTests
{
    [Theory]
    [InlineData("n1 n2 w1", "async", null, "n1:wf n2:w- w1:w- n1+n2:-- n1+w1:-- n2+w1:--")]
    [InlineData("n1 n2 w1", "0", null, "n1:-- n2:-- w1:w- n1+n2:-- n1+w1:-- n2+w1:--")]
    [InlineData("n1 n2 w1", "0", 10.0, "n1:wf n2:w- w1:w- n1+n2:-- n1+w1:-- n2+w1:--")]
    [InlineData("n1 n2 n3", "0", null, "n1:wf n2:w- n3:w- n1+n2:-- n1+n3:-- n2+n3:--")]
    [InlineData("n1 n2 n3", "async", null, "n1:wf n2:w- n3:w- n1+n2:-- n1+n3:-- n2+n3:--")]
    [InlineData("n1 n2 n3 w1", "0", null, "n1:wf n2:w- n3:w- w1:w- n1+n2:-- n1+n3:-- n1+w1:-- n2+n3:-- n2+w1:w- n3+w1:w-")]
    [InlineData("n1 n2 n3 n4 n5", "0", null, "n1:wf n2:wf n3:wf n4:wf n5:wf n1+n2:-- n1+n3:-- n1+n4:-- n1+n5:-- n2+n3:w- n2+n4:w- n2+n5:w- n3+n4:w- n3+n5:w- n4+n5:w-")]
    [InlineData("n1 n2 n3 (n4) (n5)", "0", null, "n1:wf n2:w- n3:w- n4:wf n5:wf n1+n2:-- n1+n3:-- n1+n4:wf n1+n5:wf n2+n3:-- n2+n4:w- n2+n5:w- n3+n4:w- n3+n5:w- n4+n5:w-")]
    [InlineData("n1 n2", "0", null, "n1:-- n2:-- n1+n2:--")]
    [InlineData("n1", "async", null, "n1:--")]
    public void Of_Topology_CostsWhatTheDocumentSays(string nodes, string rpo, double? degradeAfter, string expected) =>
        Assert.Equal(expected, string.Join(' ', LossTable.Of(Plans.Of(nodes, rpo, degradeAfter)).Select(l => $"{string.Join('+', l.Lost)}:{(l.WritesGoOn ? 'w' : '-')}{(l.FailoverPossible ? 'f' : '-')}")));

    [Fact]
    public void Of_PrimaryAndAnAckingStandby_IsNeverCalledSafe()
    {
        Assert.Equal("safe where n1 comes back with its disk, or n2 does", Acked(Plans.Three, "n1", "n2"));
        Assert.Equal("safe", Acked(Plans.Three, "n1"));
        Assert.Equal("safe", Acked(Plans.Five, "n1", "n4"));
        Assert.StartsWith("what was acked last can be lost", Acked(Plans.ThreeInTwoPlaces, "n1"), StringComparison.Ordinal);
        Assert.Equal("safe where n1 comes back with its disk", Acked(Plans.ThreeInTwoPlaces, "n1", "n2"));
    }

    [Fact]
    public void Measured_Failovers_AreThoseOfTheDocument()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "faults.md")))
            .Select(m => (m.Groups["fault"].Value, Number(m, "median"), Number(m, "worst")));
        Assert.Equal(rows, MeasuredFailover.All.Select(m => (m.Fault, m.Median, m.Worst)));
    }

    private static string Acked(PlanDescription plan, params string[] lost) => LossTable.Of(plan).First(l => l.Lost.SequenceEqual(lost)).Acked;

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<fault>[a-z-]+) +20 +(?<median>[\d.]+) s +(?<worst>[\d.]+) s ", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}

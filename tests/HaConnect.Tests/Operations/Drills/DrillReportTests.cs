using System.Text.Json;
using System.Xml.Linq;
using HaConnect.Operations;
using HaConnect.Operations.Drills.Reporting;

namespace HaConnect.Tests.Operations.Drills;

public sealed class DrillReportTests
{
    [Fact]
    public void Problems_EverythingMet_AreNone() => Assert.Empty(DrillVerdict.Problems(GivenFindings.Passed));

    [Fact]
    public void Problems_EachThingThatStandsAgainstIt_IsTold()
    {
        var passed = GivenFindings.Passed;
        Is("The first write was acked after 0.530 s; the target is 0.5 s.", passed with { RecoveryTargetSeconds = 0.5 });
        Is("No other server than n1 has acked a write.", passed with { RecoverySeconds = null });
        Is("No other node has become the primary.", passed with { NewPrimary = null });
        Is("3 acked writes are lost; the target is none.", passed with { LostWrites = 3 });
        Is("3 acked writes are lost; the target is 2 at most.", passed with { LostWrites = 3, LostTarget = 2 });
        Is("What is lost could not be read.", passed with { LostWrites = null });
        Is("1 operations failed before the application's eyes.", passed with { FailedOperations = 1 });
        Is("A read was 1.200 s stale; the bound is 1 s.", passed with { MaxReadStalenessSeconds = 1.2 });
        Is("The rows of the nodes could not be compared.", passed with { Integrity = null });
        Is("No row was compared.", passed with { Integrity = new DrillIntegrity(0, 0, 1, []) });
        Is("n3 is not equal to n1: public.orders: 1 of 5.", passed with { Integrity = new DrillIntegrity(10, 1, 0.9, [new DrillIntegrityPair("n1", "n3", 5, 1, ["public.orders: 1 of 5"], [])]) });
        Assert.Empty(DrillVerdict.Problems(passed with { LostWrites = 3, LostTarget = null }));
        Assert.Empty(DrillVerdict.Problems(passed with { LostWrites = 2, LostTarget = 2 }));
        Assert.Empty(DrillVerdict.Problems(passed with { RecoverySeconds = 0.5, RecoveryTargetSeconds = 0.5 }));

        static void Is(string problem, DrillFindings findings) => Assert.Equal([problem], DrillVerdict.Problems(findings));
    }

    [Fact]
    public void Percent_AlmostAll_IsNotAll()
    {
        Assert.Equal("100 %", DrillNumbers.Percent(1));
        Assert.Equal("99.9999 %", DrillNumbers.Percent(1 - 1e-9));
    }

    [Fact]
    public void Outcome_OfAReport_HasItsFigures()
    {
        var outcome = new DrillReport(GivenFindings.Passed).Outcome;
        Assert.Equal((DrillKind.Failover, "kill", "n1", true, true), (outcome.Kind, outcome.Fault, outcome.Node, outcome.Passed, outcome.IsLocal));
        Assert.Equal((TimeSpan.FromSeconds(0.15), TimeSpan.FromSeconds(0.53), TimeSpan.FromSeconds(0.49), 27_264L, 0L, 1d), (outcome.Detection, outcome.Recovery, outcome.WriteGap, outcome.AckedWrites, outcome.LostWrites, outcome.VerifiedRate));
        Assert.Equal("Passed: the primary n1 was struck (kill); n2 acked the first write 0.530 s after that (target 300 s); 0 of 27,264 acked writes lost; 100 % of 54,528 compared rows equal.", outcome.Sentence);
    }

    [Fact]
    public void ToJson_OfAReport_HasItsFigures()
    {
        var json = JsonDocument.Parse(new DrillReport(GivenFindings.Passed).ToJson()).RootElement;
        Assert.Equal(1, json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("failover", json.GetProperty("kind").GetString());
        Assert.Equal(0.53, json.GetProperty("recoverySeconds").GetDouble());
        Assert.Equal(54_528, json.GetProperty("integrity").GetProperty("rows").GetInt64());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("command").ValueKind);
        Assert.Equal(65, json.GetProperty("ackedPerTenth").GetArrayLength());
    }

    [Fact]
    public void Svg_OfFindings_IsWellFormed_AndMarksWhatHappened()
    {
        var svg = XElement.Parse(WriteChart.Svg(GivenFindings.Passed));
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Contains("fault 0.000 s", texts);
        Assert.Contains("detected +0.150 s", texts);
        Assert.Contains("first write +0.530 s", texts);
        Assert.DoesNotContain(texts, t => t.StartsWith("elected", StringComparison.Ordinal));
        var bars = svg.Descendants().Count(e => e.Name.LocalName == "rect");
        Assert.InRange(bars, 20, 30); // of -1 s to +2 s, without the five tenths of the gap
        Assert.DoesNotContain(svg.DescendantsAndSelf(), e => e.Name.LocalName is "script" or "image");
    }

    [Fact]
    public void Svg_WithoutAnyWrite_IsWellFormed() =>
        XElement.Parse(WriteChart.Svg(GivenFindings.Passed with { AckedPerTenth = [0], RecoverySeconds = null, Timeline = [], BeganAtSeconds = 0 }));

    [Fact]
    public void ToHtml_OfAReport_LoadsAndRunsNothing_AndEscapes()
    {
        var html = new DrillReport(GivenFindings.Passed).ToHtml();
        Assert.Contains("SIGKILL &lt;to&gt; every process", html, StringComparison.Ordinal);
        Assert.Contains("<svg ", html, StringComparison.Ordinal);
        foreach (var loads in (string[])["<script", "src=", "href=", "url("])
            Assert.DoesNotContain(loads, html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToMarkdown_FailedWithAProgram_TellsWhatIsMeasuredAndWhatIsLost()
    {
        var failed = GivenFindings.Passed with
        {
            Passed = false,
            LostWrites = 1,
            LostKeys = ["2/17"],
            Problems = ["1 acked writes are lost; the target is none."],
            IsInFirstShape = false,
            Command = new DrillCommandResult("bench", 3, "tps = 5"),
        };
        var text = new DrillReport(failed).ToMarkdown();
        Assert.Contains("**Failed: the primary n1 was struck", text, StringComparison.Ordinal);
        Assert.Contains("Lost, as writer/sequence: 2/17", text, StringComparison.Ordinal);
        Assert.Contains("The workload was the program bench, which ended with 3. What it wrote cannot be counted", text, StringComparison.Ordinal);
        Assert.Contains("The cluster is not in its first shape", text, StringComparison.Ordinal);
    }
}

using HaConnect.Operations;

namespace HaConnect.Tests.Operations.Incidents;

/// <summary>
/// Reports of a trail that was recorded on a real cluster (two instances, by IncidentReportTests of the cluster tests): a primary that was killed, and the switchover back. With HACONNECT_WRITE_GOLDEN=1 they are
/// written anew instead.
/// </summary>
public sealed class IncidentGoldenTests
{
    private static readonly string s_golden = Path.Combine(AppContext.BaseDirectory, "Golden", "incident");

    [Theory]
    [InlineData(2L, "failover.md")]
    [InlineData(null, "switchover.md")]
    public void ToMarkdown_RecordedTrails_AreAsTheyWereRead(long? term, string golden)
    {
        string[] folders = ["web-1", "web-2"];
        var report = IncidentReport.ReadFolders(folders.Select(f => Path.Combine(s_golden, f)), new IncidentSelection { Term = term });
        var markdown = report.ToMarkdown().Replace(Escaped(s_golden + Path.DirectorySeparatorChar), "", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("HACONNECT_WRITE_GOLDEN") is { Length: > 0 })
            File.WriteAllText(Path.Combine(s_golden, golden), markdown);
        Assert.Equal(File.ReadAllText(Path.Combine(s_golden, golden)), markdown);
    }

    /// <summary>One instance alone knows its own part: that it saw another primary, and who did not tell of it here.</summary>
    [Fact]
    public void ReadFolders_OnlyTheInstanceThatDidNotAct_SaysThatNobodyTellsOfIt()
    {
        var all = IncidentReport.ReadFolders([Path.Combine(s_golden, "web-1"), Path.Combine(s_golden, "web-2")], new IncidentSelection { Term = 2 });
        var bystander = all.Context.Timeline.First(r => r.Coordinator != all.Context.Coordinators[0]).Coordinator;
        var folder = ((string[])["web-1", "web-2"]).Select(f => Path.Combine(s_golden, f)).Single(f => AuditReader.ReadFolder(f).Any(e => e.Record.Coordinator == bystander));
        Assert.Contains("no coordinator tells of it in these trails", IncidentReport.ReadFolders([folder], new IncidentSelection { At = all.Context.Incident.Begin }).Verdict, StringComparison.Ordinal);
    }

    /// <summary>As Markdown writes a path.</summary>
    private static string Escaped(string path) => string.Concat(path.Select(c => "\\`*_[]<>|#~".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}"));
}

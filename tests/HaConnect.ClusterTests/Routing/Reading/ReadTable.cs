using System.Globalization;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>What <c>eng/reads.sh</c> asks for and gets, by environment variables: how many reads, and the folder for the history and the table.</summary>
internal static class ReadTable
{
    internal static int Reads =>
        int.TryParse(Environment.GetEnvironmentVariable("HACONNECT_READS"), NumberStyles.None, CultureInfo.InvariantCulture, out var reads) && reads > 0 ? reads : 20_000;

    internal static string? Results => Environment.GetEnvironmentVariable("HACONNECT_READS_RESULTS") is { Length: > 0 } folder ? folder : null;

    internal static void Save(SessionJudgement judgement, TimeSpan took)
    {
        List<string> lines = ["| Sessions | Phase | Reads | Stale | Worst staleness | By a fresh standby | Own write missed | Went back | Back before the ack | Failed |", "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"];
        foreach (var group in judgement.Tallies.Select(t => t.Group).Distinct(StringComparer.Ordinal))
            lines.AddRange(judgement.Tallies.Where(t => t.Group == group).Append(judgement.Of(group)).Select(Line));
        lines.Add("");
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{judgement.AckedTicks} ticks acked to the writer, {judgement.LostTicks.Count} of them lost; {took.TotalSeconds:0} s."));
        lines.AddRange(judgement.Problems.Select(p => $"PROBLEM: {p}"));
        var output = TestContext.Current.TestOutputHelper;
        foreach (var line in lines.Concat(judgement.Examples))
            output?.WriteLine(line);
        if (Results is { } folder)
            File.WriteAllLines(Path.Combine(folder, "table.md"), lines);
    }

    private static string Line(SessionTally t) => string.Create(CultureInfo.InvariantCulture,
        $"| {t.Group} | {t.Phase} | {t.Reads} | {t.Stale} | {t.WorstStaleness.TotalSeconds:0.000} s | {100 * t.FreshStandbyShare:0.0} % | {t.OwnWriteMissed} | {t.WentBack} | {t.BackBeforeAck} | {t.Failed} |");
}

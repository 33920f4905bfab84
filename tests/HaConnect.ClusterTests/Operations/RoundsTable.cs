using System.Globalization;
using HaConnect.Histories;
using HaConnect.Operations;

namespace HaConnect.ClusterTests.Operations;

/// <summary>What <c>eng/rounds.sh</c> asks for and gets, by environment variables: how many rounds, and the folder for the table.</summary>
internal static class RoundsTable
{
    internal static int? Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("HACONNECT_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0 ? rounds : null;

    /// <summary>A line for each rejoin; the faults of the judgement are in the same order.</summary>
    internal static void Save(IReadOnlyList<Round> rounds, Judgement judgement)
    {
        List<string> lines = [];
        for (var i = 0; i < rounds.Count; i++)
        {
            var (round, gap) = (rounds[i], judgement.Faults[i].LongestGap);
            lines.Add(string.Join('\t', [round.Fault, round.Former, round.Successor, Seconds(gap), round.Method.ToString(), Seconds(round.Took), round.Reason]));
        }

        lines.Add(string.Join('\t', ["total", Text(judgement.AckedWrites), Text(judgement.Violations.Count), Text(judgement.FailedWrites.Count + judgement.FailedReads.Count), Text(judgement.UnknownWrites)]));
        foreach (var line in lines)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "rounds.tsv"), lines);
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal sealed record Round(string Fault, string Former, string Successor, RejoinMethod Method, string Reason, TimeSpan Took);
}

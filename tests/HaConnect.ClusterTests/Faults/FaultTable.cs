using System.Globalization;
using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Faults;

/// <summary>What <c>eng/faults.sh</c> asks for and gets, by environment variables: which fault, how many runs, and the folder for results.</summary>
internal static class FaultTable
{
    internal static int? Runs =>
        int.TryParse(Environment.GetEnvironmentVariable("HACONNECT_FAULT_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var runs) ? runs : null;

    /// <summary>Whether what is shortened for the test command is to be run at its full length.</summary>
    internal static bool Long => Environment.GetEnvironmentVariable("HACONNECT_FAULT_LONG") is "1";

    internal static bool IsAskedFor(string fault) => Environment.GetEnvironmentVariable("HACONNECT_FAULT") is not { Length: > 0 } only || only == fault;

    internal static void Add(string fault, int runs, Judgement judgement, FailoverLab lab)
    {
        if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        var seconds = judgement.Faults.Select(f => f.FirstAck?.TotalSeconds ?? double.PositiveInfinity).Order().ToList();
        var line = string.Join('\t', [
            fault, Text(runs), Seconds(Median(seconds)), Seconds(seconds[^1]), Text(judgement.AckedWrites), Text(judgement.Count(ViolationKind.LostWrite)),
            Text(judgement.FailedWrites.Count + judgement.FailedReads.Count), Text(judgement.UnknownWrites), Text(lab.Promotions), Text(judgement.Count(ViolationKind.TwoPrimariesAck)),
            Text(judgement.Violations.Count(v => v.Kind is not (ViolationKind.LostWrite or ViolationKind.TwoPrimariesAck)))]);
        File.AppendAllText(Path.Combine(folder, "table.tsv"), line + "\n");
    }

    internal static double Median(List<double> ordered) =>
        ordered.Count % 2 == 1 ? ordered[ordered.Count / 2] : (ordered[(ordered.Count / 2) - 1] + ordered[ordered.Count / 2]) / 2;

    private static string Seconds(double seconds) => double.IsFinite(seconds) ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s") : "none";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Faults;

/// <summary>What <c>eng/switchovers.sh</c> asks for beside <see cref="FaultTable"/>, and gets: the pauses of each series, and what they consist of.</summary>
internal static class SwitchoverTable
{
    /// <param name="mode">The replication mode of a test.</param>
    /// <param name="condition">The only condition that is asked for; null for all.</param>
    internal static bool IsAskedFor(string mode, out string? condition)
    {
        condition = Environment.GetEnvironmentVariable("HACONNECT_SWITCHOVER_CONDITION") is { Length: > 0 } only ? only : null;
        return Environment.GetEnvironmentVariable("HACONNECT_SWITCHOVER_MODE") is not { Length: > 0 } wanted || wanted == mode;
    }

    internal static void Add(string mode, IReadOnlyList<SwitchoverRun> runs, Judgement judgement, FailoverLab lab)
    {
        var acks = lab.Workload.AckedWrites.Select(a => a.At).Order().ToList();
        foreach (var condition in runs.GroupBy(r => r.Condition, StringComparer.Ordinal))
        {
            var pauses = condition.Select(r => (Run: r, Pause: LongestPause(acks, r))).ToList();
            var gaps = pauses.Select(p => Seconds(p.Pause.To - p.Pause.From)).Order().ToList();
            var afterTransactions = pauses.Where(p => p.Run.TransactionsEnded is not null).Select(p => Seconds(p.Pause.To - p.Run.TransactionsEnded!.Value)).Order().ToList();
            Write("switchovers.tsv", [mode, condition.Key, Text(pauses.Count), Text(FaultTable.Median(gaps)), Text(gaps[^1]), afterTransactions.Count == 0 ? "-" : Text(FaultTable.Median(afterTransactions)),
                Text(condition.Count(r => r.Succeeded)), Text(judgement.AckedWrites), Text(judgement.FailedWrites.Count + judgement.FailedReads.Count), Text(judgement.UnknownWrites),
                Text(judgement.Count(ViolationKind.LostWrite)), Text(judgement.Violations.Count(v => v.Kind != ViolationKind.LostWrite))]);
            AddPhases(mode, condition.Key, [.. pauses.Where(p => p.Run.Succeeded).Select(p => SwitchoverPhases.Of(lab, p.Pause.From, p.Pause.To))]);
        }
    }

    private static void AddPhases(string mode, string condition, IReadOnlyList<IReadOnlyList<(string Phase, TimeSpan Time)>> runs)
    {
        foreach (var phase in runs.SelectMany(r => r).Select(p => p.Phase).Distinct())
        {
            var times = runs.Select(r => r.Where(p => p.Phase == phase).Sum(p => p.Time.TotalSeconds)).Order().ToList();
            Write("phases.tsv", [mode, condition, phase, Text(runs.Count(r => r.Any(p => p.Phase == phase))), Text(FaultTable.Median(times)), Text(times[^1])]);
        }
    }

    /// <summary>The acks between which nobody was acked for longest, from the one before it was asked for to the last one looked at.</summary>
    private static (long From, long To) LongestPause(List<long> acks, SwitchoverRun run)
    {
        var within = acks.SkipWhile((_, i) => i + 1 < acks.Count && acks[i + 1] <= run.Asked).TakeWhile(a => a <= run.Over).ToList();
        return within.Zip(within.Skip(1)).MaxBy(p => p.Second - p.First);
    }

    internal static void Write(string file, IReadOnlyList<string> fields)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {string.Join(" | ", fields)}");
        if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        File.AppendAllText(Path.Combine(folder, file), string.Join('\t', fields) + "\n");
    }

    private static double Seconds(long nanoseconds) => nanoseconds / 1e9;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}

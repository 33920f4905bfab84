using System.Globalization;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Faults;

/// <summary>What <c>eng/ways.sh</c> asks for and gets, by environment variables: how many rounds, which way, and the folder for the table.</summary>
internal static class WaysTable
{
    internal static int? Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("HACONNECT_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0 ? rounds : null;

    internal static bool IsAskedFor(string way) => Environment.GetEnvironmentVariable("HACONNECT_WAY") is not { Length: > 0 } only || only == way;

    internal static void Add(string way, int rounds, Judgement judgement)
    {
        foreach (var fault in (string[])["kill", "switchover"])
        {
            var gaps = judgement.Faults.Where(f => f.Fault.Name == fault).Select(f => f.LongestGap.TotalSeconds).Order().ToList();
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{way}\t{fault}\t{rounds}\t{gaps[gaps.Count / 2]:0.00}\t{gaps[^1]:0.00}\t{judgement.AckedWrites}\t{judgement.Violations.Count}\t{judgement.FailedWrites.Count + judgement.FailedReads.Count}\t{judgement.UnknownWrites}");
            TestContext.Current.TestOutputHelper?.WriteLine(line);
            if (Environment.GetEnvironmentVariable("HACONNECT_FAULT_RESULTS") is { Length: > 0 } folder)
                File.AppendAllLines(Path.Combine(Directory.CreateDirectory(folder).FullName, "ways.tsv"), [line]);
        }
    }
}

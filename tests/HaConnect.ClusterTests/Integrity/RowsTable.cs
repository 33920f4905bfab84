using System.Globalization;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>The figures of <c>eng/verify-rows.sh</c>.</summary>
internal static class RowsTable
{
    /// <summary>Of all rounds together.</summary>
    internal static double Ratio(IReadOnlyList<RowsRound> rounds) => RowsRound.At([.. rounds.SelectMany(r => r.During).Order()], 0.5) / RowsRound.At([.. rounds.SelectMany(r => r.Before).Order()], 0.5);

    internal static void Save(IReadOnlyList<RowsRound> rounds)
    {
        List<string> lines = ["| Round | Rows | Took | Rows per second | Transactions before; meanwhile | Median latency before | meanwhile | Ratio | 99 % before; meanwhile |", "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"];
        foreach (var (i, r) in rounds.Index())
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"| {i + 1} | {r.Rows:N0} | {r.Took.TotalSeconds:0.0} s | {r.Rows / r.Took.TotalSeconds:N0} | {r.Before.Count:N0}; {r.During.Count:N0} | {Text(r.Before, 0.5)} | {Text(r.During, 0.5)} | {r.Ratio:0.00} | {Text(r.Before, 0.99)}; {Text(r.During, 0.99)} |"));
        }

        lines.Add(string.Create(CultureInfo.InvariantCulture, $"\nAll rounds together: {Ratio(rounds):0.00} times the median latency."));
        foreach (var line in lines)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HACONNECT_VERIFY_RESULTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "rows.md"), lines);
    }

    private static string Text(IReadOnlyList<TimeSpan> ordered, double share) => string.Create(CultureInfo.InvariantCulture, $"{RowsRound.At(ordered, share).TotalMilliseconds:0.00} ms");
}

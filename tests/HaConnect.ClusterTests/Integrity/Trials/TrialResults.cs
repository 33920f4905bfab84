using System.Globalization;

namespace HaConnect.ClusterTests.Integrity.Trials;

/// <summary>What <c>eng/verify-trials.sh</c> asks for and gets, by environment variables: how many trials, the seed, and the folder for the table.</summary>
internal static class TrialResults
{
    private const int Few = 25;
    private const int Seed = 20260101;

    internal static int Trials => Number("HACONNECT_VERIFY_TRIALS") ?? Few;

    internal static int SeedOf => Number("HACONNECT_VERIFY_SEED") ?? Seed;

    internal static void Save(IReadOnlyList<Trial> trials, TimeSpan took)
    {
        List<string> lines = ["| Changed | Table | Trials | Found |", "|---|---|--:|--:|"];
        foreach (var group in trials.GroupBy(t => (t.Kind, t.Table)).OrderBy(g => g.Key))
            lines.Add($"| {group.Key.Kind} | {group.Key.Table} | {Text(group.Count())} | {Text(group.Count(t => t.IsFound))} |");
        lines.Add($"| all | | {Text(trials.Count)} | {Text(trials.Count(t => t.IsFound))} |");
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"\nSeed {SeedOf}, took {took.TotalSeconds:0} s."));
        lines.AddRange(trials.Where(t => !t.IsFound).Select(t => $"NOT FOUND: {t.Kind} of {t.Table}: {t.What}; told was: {t.Told}"));
        foreach (var line in lines)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("HACONNECT_VERIFY_RESULTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "trials.md"), lines);
    }

    private static int? Number(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json;

namespace HaConnect.Benchmarks.Gate;

/// <summary>BenchmarkDotNet's results by benchmark, one entry per round, in the order of the rounds.</summary>
internal sealed class Measurements(IReadOnlyDictionary<string, IReadOnlyList<Measurements.Round>> rounds)
{
    /// <summary>Reads the reports that BenchmarkDotNet's JSON exporter wrote.</summary>
    internal static Measurements Read(string folder)
    {
        var rounds = new Dictionary<string, List<Round>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*-report-brief.json", SearchOption.AllDirectories))
        {
            using var report = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var benchmark in report.RootElement.GetProperty("Benchmarks").EnumerateArray())
                Add(rounds, benchmark);
        }

        return new(rounds.ToDictionary(r => r.Key, r => (IReadOnlyList<Round>)r.Value, StringComparer.Ordinal));
    }

    /// <summary>What the limit is about; null where it was not measured.</summary>
    internal double? Of(Limit limit)
    {
        if (!rounds.TryGetValue(limit.Benchmark, out var own))
            return null;
        if (limit.Measure is Measure.Nanoseconds)
            return Median(own.Select(r => r.Nanoseconds));
        if (limit.Measure is Measure.Bytes)
            return own.Min(r => r.Bytes);
        if (limit.Baseline is null || !rounds.TryGetValue(limit.Baseline, out var baseline) || baseline.Count != own.Count)
            return null;
        return limit.Measure is Measure.TimeRatio
            ? Median(own.Zip(baseline, (o, b) => o.Nanoseconds / b.Nanoseconds))
            : own.Min(r => r.Bytes) - baseline.Min(r => r.Bytes);
    }

    private static void Add(Dictionary<string, List<Round>> rounds, JsonElement benchmark)
    {
        var parameters = benchmark.GetProperty("Parameters").GetString();
        var name = $"{benchmark.GetProperty("Type").GetString()}.{benchmark.GetProperty("Method").GetString()}{(string.IsNullOrEmpty(parameters) ? "" : $"({parameters})")}";
        if (!rounds.TryGetValue(name, out var list))
            rounds.Add(name, list = []);
        list.Add(new Round(
            benchmark.GetProperty("Statistics").GetProperty("Median").GetDouble(),
            benchmark.GetProperty("Memory").GetProperty("BytesAllocatedPerOperation").GetInt64()));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    internal sealed record Round(double Nanoseconds, long Bytes);
}

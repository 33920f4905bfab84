using System.Globalization;
using System.Text.Json;

namespace HaConnect.Benchmarks.Gate;

/// <summary>What was measured beside its limits: as a table for a terminal, as Markdown, and as JSON for programs.</summary>
internal sealed class GateTable(IReadOnlyList<GateRow> rows)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether every limit is kept; one that was not measured is not.</summary>
    internal bool Holds => rows.All(r => r.Holds);

    internal void Print(TextWriter output)
    {
        var width = rows.Max(r => r.Limit.What.Length);
        output.WriteLine($"{"what".PadRight(width)}  {"measured",12}  {"limit",12}  verdict");
        foreach (var row in rows)
            output.WriteLine($"{row.Limit.What.PadRight(width)}  {Text(row.Limit, row.Measured),12}  {Text(row.Limit, row.Limit.Max),12}  {row.Verdict}");
        output.WriteLine(Holds ? "All limits are kept." : $"{rows.Count(r => !r.Holds)} of {rows.Count(r => r.Limit.Max is not null)} limits exceeded or not measured.");
    }

    /// <summary>Writes <c>gate.md</c> and <c>gate.json</c>.</summary>
    internal void Save(string folder)
    {
        var machine = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}");
        string[] lines =
        [
            $"{machine}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, `bash eng/bench.sh`:",
            "",
            "| What | Measured | Limit | |",
            "|---|---|---|---|",
            .. rows.Select(r => $"| {r.Limit.What} | {Text(r.Limit, r.Measured)} | {Text(r.Limit, r.Limit.Max)} | {r.Verdict} |"),
        ];
        File.WriteAllLines(Path.Combine(folder, "gate.md"), lines);
        File.WriteAllText(Path.Combine(folder, "gate.json"), JsonSerializer.Serialize(
            new
            {
                machine,
                at = TimeProvider.System.GetUtcNow(),
                holds = Holds,
                rows = rows.Select(r => new { r.Limit.What, r.Limit.Benchmark, measure = r.Limit.Measure.ToString(), r.Limit.Baseline, r.Measured, r.Limit.Max, r.Holds }),
            },
            Indented));
    }

    private static string Text(Limit limit, double? value) => value is null ? "-" : limit.Measure switch
    {
        Measure.Nanoseconds => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.0} ns"),
        Measure.TimeRatio => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} x"),
        Measure.Bytes => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} B"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:+#,0;-#,0;0} B"),
    };
}

using System.Globalization;

namespace HaConnect.Benchmarks.Gate;

/// <summary>Compares what was measured with the limits, and says it as a table.</summary>
internal static class GateTable
{
    /// <returns>Whether every limit is kept; one that was not measured is not.</returns>
    internal static bool Print(TextWriter output, IReadOnlyList<Limit> limits, Measurements measurements)
    {
        var rows = limits.Select(limit => (Limit: limit, Measured: measurements.Of(limit))).ToList();
        var width = limits.Max(l => l.What.Length);
        output.WriteLine($"{"what".PadRight(width)}  {"measured",12}  {"limit",12}  verdict");
        foreach (var (limit, measured) in rows)
            output.WriteLine($"{limit.What.PadRight(width)}  {Text(limit, measured),12}  {Text(limit, limit.Max),12}  {Verdict(limit, measured)}");
        var failed = rows.Count(r => !Holds(r.Limit, r.Measured));
        output.WriteLine(failed == 0 ? "All limits are kept." : $"{failed} of {rows.Count(r => r.Limit.Max is not null)} limits exceeded or not measured.");
        return failed == 0;
    }

    private static bool Holds(Limit limit, double? measured) => limit.Max is not { } max || measured <= max;

    private static string Verdict(Limit limit, double? measured) => (limit.Max, measured) switch
    {
        (null, _) => "for comparison",
        (_, null) => "NOT MEASURED",
        _ => Holds(limit, measured) ? "ok" : "EXCEEDED",
    };

    private static string Text(Limit limit, double? value) => value is null ? "-" : limit.Measure switch
    {
        Measure.Nanoseconds => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.0} ns"),
        Measure.TimeRatio => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} x"),
        Measure.Bytes => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} B"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:+#,0;-#,0;0} B"),
    };
}

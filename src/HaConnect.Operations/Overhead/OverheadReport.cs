using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HaConnect.Operations;

/// <summary>What was measured, and whether every limit was kept.</summary>
public sealed class OverheadReport
{
    internal OverheadReport(OverheadLimits limits, IReadOnlyList<OverheadMeasurement> measurements)
    {
        Measurements = measurements;
        Checks =
        [
            .. measurements.SelectMany(m => (OverheadCheck[])
            [
                new($"{m.What}: time over plain", Math.Round(m.Ratio, 3), limits.MaxRatio),
                new($"{m.What}: nanoseconds added", Math.Round(m.AddedNanoseconds), limits.MaxAdded.TotalNanoseconds),
                new($"{m.What}: bytes added", m.AddedBytes, limits.MaxAddedBytes),
            ]),
        ];
    }

    /// <summary>Opening at the primary, then for reading.</summary>
    public IReadOnlyList<OverheadMeasurement> Measurements { get; }

    /// <summary>Every limit for each of them.</summary>
    public IReadOnlyList<OverheadCheck> Checks { get; }

    /// <summary>Whether every limit was kept.</summary>
    public bool Passed => Checks.All(c => c.Passed);

    /// <summary>For a process: 0 where every limit was kept, otherwise 1.</summary>
    public int ExitCode => Passed ? 0 : 1;

    /// <summary>All of it, for programs.</summary>
    public string ToJson() => JsonSerializer.Serialize(new OverheadDocument(Passed, Measurements, Checks), OverheadJson.Default.OverheadDocument);

    /// <summary>A table, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var m in Measurements)
            text.AppendLine(CultureInfo.InvariantCulture, $"{m.What,-8} {m.PlainNanoseconds,8:0} ns plain at {m.Node}, {m.HaConnectNanoseconds,8:0} ns through HaConnect");
        foreach (var c in Checks)
            text.AppendLine(CultureInfo.InvariantCulture, $"{(c.Passed ? "ok" : "FAILED"),-8} {c.What,-26} {c.Measured,10:0.###}   at most {c.Max:0.###}");
        return text.ToString();
    }
}

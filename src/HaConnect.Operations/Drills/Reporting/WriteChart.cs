using System.Globalization;
using System.Net;
using System.Text;

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Acked writes in each tenth of a second around the fault, as a picture of lines and text alone: readable on paper, in light and in dark. Pure.</summary>
internal static class WriteChart
{
    private const double Width = 960;
    private const double Left = 52;
    private const double Right = 26;
    private const double Top = 92;
    private const double Height = 210;
    private const double Bottom = 34;
    private const double LabelLine = 17;
    private const int LabelRows = 5;

    /// <summary>Of the timeline, what is marked, in the order of a failover.</summary>
    private static readonly string[] s_marks = ["fault", "asked", "detected", "promoted", "established", "first write"];

    private static readonly double[] s_steps = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];
    private static readonly int[] s_heads = [1, 2, 4, 5, 8, 10];

    internal static string Svg(DrillFindings findings)
    {
        var (from, to) = Window(findings);
        var bars = Bars(findings, from, to);
        var peak = Math.Max(1, bars.Count == 0 ? 1 : bars.Max(b => b.Acked));
        var scale = NiceCeiling(peak);
        var svg = new StringBuilder();
        Append(svg, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Top + Height + Bottom}" role="img" aria-label="Acked writes per 100 ms around the fault" style="font: 12px system-ui, sans-serif; color: var(--text, #1d2330)">

            """);
        for (var i = 0; i <= 2; i++)
        {
            var y = Top + Height - (Height * i / 2);
            Append(svg, $"""
                <line x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}" stroke="var(--line, #d9dee7)"/><text x="{Left - 6}" y="{y + 4:0.#}" text-anchor="end" fill="currentColor">{scale * i / 2.0:0.#}</text>

                """);
        }

        foreach (var (at, acked) in bars.Where(b => b.Acked > 0))
        {
            var height = Height * acked / scale;
            Append(svg, $"""
                <rect x="{X(at, from, to):0.##}" y="{Top + Height - height:0.##}" width="{Math.Max(0.6, (X(at + 0.1, from, to) - X(at, from, to)) - 0.4):0.##}" height="{height:0.##}" fill="var(--accent, #2457a6)"/>

                """);
        }

        foreach (var second in Ticks(from, to))
        {
            Append(svg, $"""
                <line x1="{X(second, from, to):0.##}" y1="{Top + Height}" x2="{X(second, from, to):0.##}" y2="{Top + Height + 4}" stroke="currentColor"/><text x="{X(second, from, to):0.##}" y="{Top + Height + 17}" text-anchor="middle" fill="currentColor">{(second > 0 ? "+" : "")}{second:0.##} s</text>

                """);
        }

        AppendMarks(svg, findings, from, to);
        Append(svg, $"""
            <text x="{Left}" y="{Top + Height + 31}" fill="var(--dim, #5b6475)">acked writes per 100 ms; seconds after the fault</text>
            </svg>
            """);
        return svg.ToString();
    }

    internal static string InWords(DrillFindings f)
    {
        var marks = Marks(f).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Label} at {m.SecondsAfterFault:+0.000;-0.000;0.000} s"));
        return string.Create(CultureInfo.InvariantCulture,
            $"Acked writes per 100 ms: at most {(f.AckedPerTenth.Count == 0 ? 0 : f.AckedPerTenth.Max())}; the longest time without one {f.LongestWriteGapSeconds:0.000} s. Marks: {string.Join(", ", marks)}.");
    }

    /// <summary>The first of each after the fault.</summary>
    private static IEnumerable<DrillEvent> Marks(DrillFindings findings) => findings.Timeline
        .Where(e => e.SecondsAfterFault >= 0 && s_marks.Contains(e.Label, StringComparer.Ordinal)).GroupBy(e => e.Label, StringComparer.Ordinal).Select(g => g.First());

    private static void AppendMarks(StringBuilder svg, DrillFindings findings, double from, double to)
    {
        // Marks lie close together: each has its label in a row of its own, beside its line.
        foreach (var (index, mark) in Marks(findings).Where(m => m.SecondsAfterFault <= to).Index())
        {
            var x = X(mark.SecondsAfterFault, from, to);
            var y = LabelLine * (1 + (index % LabelRows));
            var color = index == 0 ? "var(--bad, #b3261e)" : "currentColor";
            var isAtTheEnd = x > Width - 170;
            Append(svg, $"""
                <line x1="{x:0.##}" y1="{y - 10:0.##}" x2="{x:0.##}" y2="{Top + Height}" stroke="{color}" stroke-dasharray="{(index == 0 ? "none" : "3 3")}"/><text x="{(isAtTheEnd ? x - 5 : x + 5):0.##}" y="{y:0.##}" text-anchor="{(isAtTheEnd ? "end" : "start")}" fill="{color}">{WebUtility.HtmlEncode(mark.Label)} {mark.SecondsAfterFault:+0.000;-0.000;0.000} s</text>

                """);
        }
    }

    /// <summary>Some seconds before the fault, and as long after it as the recovery took and a little more.</summary>
    private static (double From, double To) Window(DrillFindings f)
    {
        var end = f.BeganAtSeconds + (f.AckedPerTenth.Count * 0.1);
        var interesting = Math.Max(f.RecoverySeconds ?? end, f.LongestWriteGapSeconds);
        var to = Math.Min(end, Math.Max(2, interesting * 2.5));
        return (Math.Max(f.BeganAtSeconds, -Math.Max(1, to / 3)), Math.Max(to, 0.5));
    }

    private static List<(double At, int Acked)> Bars(DrillFindings f, double from, double to) =>
        [.. f.AckedPerTenth.Select((acked, i) => (At: f.BeganAtSeconds + (i * 0.1), Acked: acked)).Where(b => b.At >= from && b.At + 0.1 <= to)];

    private static IEnumerable<double> Ticks(double from, double to)
    {
        var step = s_steps.First(s => (to - from) / s <= 14 || s >= s_steps[^1]);
        for (var n = (int)Math.Ceiling(from / step); n * step <= to; n++)
            yield return n * step;
    }

    private static double X(double at, double from, double to) => Left + ((Width - Left - Right) * (at - from) / (to - from));

    private static int NiceCeiling(int peak)
    {
        var power = (int)Math.Pow(10, Math.Floor(Math.Log10(peak)));
        return s_heads.Select(n => n * power).First(n => n >= peak);
    }

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}

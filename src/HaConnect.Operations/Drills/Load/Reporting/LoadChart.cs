using System.Globalization;
using System.Net;
using System.Text;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Drills.Load;

/// <summary>The lag of each standby over the load, as a drawing. Pure.</summary>
internal static class LoadChart
{
    private const double Width = 720;
    private const double Height = 320;
    private const double Left = 70;
    private const double Right = 110;
    private const double Top = 20;
    private const double Bottom = 50;
    private const int Ticks = 4;

    private static readonly string[] s_dashes = ["", "6 3", "2 3", "8 3 2 3"];

    internal static ReportChart Of(LoadReport report)
    {
        var isWal = report.Options.Peak.IsWal;
        var lines = report.Steps.SelectMany(s => s.Lags).Select(l => l.Node).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var mostLoad = report.Steps.Select(s => s.Reached ?? 0).Append(report.Options.Peak.PerSecond).Max();
        var mostLag = Math.Max(0.001, report.Steps.SelectMany(s => s.Lags).Max(l => l.Time?.TotalSeconds) ?? 0) * 1.1;
        var svg = new StringBuilder();
        svg.Append(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" fill=\"currentColor\" font-size=\"12\" font-family=\"sans-serif\">"));
        svg.Append(Text($"<path d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\" fill=\"none\" stroke=\"currentColor\"/>"));
        for (var i = 0; i <= Ticks; i++)
        {
            var (load, lag) = (mostLoad * i / Ticks, mostLag * i / Ticks);
            svg.Append(Text($"<text x=\"{X(load):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{(isWal ? LoadText.Bytes(load) : Text($"{load:#,0}"))}</text>"));
            svg.Append(Text($"<text x=\"{Left - 6}\" y=\"{Y(lag) + 4:0.0}\" text-anchor=\"end\">{lag:0.000} s</text>"));
            svg.Append(Text($"<path d=\"M{Left} {Y(lag):0.0}H{Width - Right}\" stroke=\"currentColor\" opacity=\"0.15\"/>"));
        }

        svg.Append(Text($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{(isWal ? "WAL in a second" : "acked writes in a second")}</text>"));
        foreach (var (index, node) in lines.Index())
        {
            List<(double X, double Y)> points = [.. report.Steps.Where(s => s.Reached is not null).SelectMany(s => s.Lags.Where(l => l.Node == node && l.Time is not null).Select(l => (X(s.Reached!.Value), Y(l.Time!.Value.TotalSeconds))))];
            if (points.Count == 0)
                continue;
            svg.Append(Text($"<polyline points=\"{string.Join(' ', points.Select(p => Text($"{p.X:0.0},{p.Y:0.0}")))}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"{s_dashes[index % s_dashes.Length]}\"/>"));
            foreach (var (x, y) in points)
                svg.Append(Text($"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"3\"/>"));
            svg.Append(Text($"<text x=\"{points[^1].X + 8:0.0}\" y=\"{points[^1].Y + 4 + (14 * index):0.0}\">{WebUtility.HtmlEncode(node)}</text>"));
        }

        return new ReportChart(svg.Append("</svg>").ToString(), InWords(report));

        double X(double load) => Left + ((Width - Left - Right) * load / mostLoad);
        double Y(double lag) => Height - Bottom - ((Height - Top - Bottom) * lag / mostLag);
    }

    private static string InWords(LoadReport report) => report.Steps.Count == 0 ? "No step was run." :
        "The greatest proven lag over the load that was reached: " + string.Join("; ", report.Steps.Select(s => $"{(s.Reached is { } reached ? (s.Target with { PerSecond = reached }).ToString() : LoadText.Unknown)}: {string.Join(", ", s.Lags.Select(l => $"{l.Node} {LoadText.Seconds(l.Time)}"))}")) + ".";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

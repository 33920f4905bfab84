using System.Globalization;
using HaConnect.Operations;

namespace HaConnect.Cli.Drilling;

/// <summary>The report in its three forms, side by side.</summary>
internal static class DrillFiles
{
    /// <returns>The files: Markdown, HTML, JSON.</returns>
    internal static async Task<IReadOnlyList<string>> WriteAsync(DrillReport report, DirectoryInfo folder)
    {
        folder.Create();
        var outcome = report.Outcome;
        var kind = outcome.Kind == DrillKind.Disaster ? "site" : outcome.Kind.ToString().ToLowerInvariant();
        var path = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"drill-{kind}-{outcome.At.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));
        (string Extension, string Text)[] forms = [(".md", report.ToMarkdown()), (".html", report.ToHtml()), (".json", report.ToJson())];
        foreach (var (extension, text) in forms)
            await File.WriteAllTextAsync(path + extension, text, CancellationToken.None);
        return [.. forms.Select(f => path + f.Extension)];
    }
}

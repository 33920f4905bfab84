using System.Text.Json;

namespace HaConnect.WebTests.Monitoring;

/// <summary>The dashboard that ships.</summary>
internal static class Dashboard
{
    internal static JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllText(Repository.At("monitoring", "grafana", "haconnect-dashboard.json"))).RootElement;

    /// <summary>All but the headings of rows.</summary>
    internal static IReadOnlyList<Panel> Panels { get; } = [.. Json.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() != "row").Select(Panel.Of)];

    /// <param name="Title">What stands over it.</param>
    /// <param name="Queries">As Grafana sends them for the cluster <c>main</c>, all its nodes, and a scrape each second.</param>
    internal sealed record Panel(string Title, IReadOnlyList<string> Queries)
    {
        internal static Panel Of(JsonElement panel) => new(panel.GetProperty("title").GetString()!, [.. panel.GetProperty("targets").EnumerateArray().Select(t => Filled(t.GetProperty("expr").GetString()!))]);

        private static string Filled(string expression) =>
            expression.Replace("$cluster", "main", StringComparison.Ordinal).Replace("$node", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "10s", StringComparison.Ordinal);
    }
}

namespace MonitoringStack.Servers;

/// <summary>Where Prometheus' programs are; null where they are not: eng/install-prometheus.sh gets them.</summary>
internal static class MonitoringPrograms
{
    internal static string? Prometheus { get; } = Find("prometheus");

    internal static string? Promtool { get; } = Find("promtool");

    internal static string? NodeExporter { get; } = Find("prometheus-node-exporter");

    private static string? Find(string program)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Append(Path.Combine(cache, "haconnect", "prometheus", "usr", "bin")).Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists);
    }
}

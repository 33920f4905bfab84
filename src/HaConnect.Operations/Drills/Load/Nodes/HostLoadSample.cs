namespace HaConnect.Operations.Drills.Load;

/// <summary>What a node_exporter says of a host at one moment; seconds since it was started.</summary>
/// <param name="CpuSeconds">Of all its processors together, whatever they did.</param>
/// <param name="IdleSeconds">Of these, idle.</param>
/// <param name="WaitSeconds">Of these, idle while something waited for a disk.</param>
/// <param name="DiskSeconds">For how long each of its disks was busy, by its name.</param>
/// <param name="FreeBytes">What can still be written, by the place where the file system is.</param>
internal sealed record HostLoadSample(double CpuSeconds, double IdleSeconds, double WaitSeconds, IReadOnlyDictionary<string, double> DiskSeconds, IReadOnlyDictionary<string, double> FreeBytes)
{
    /// <summary>Pure. Null where it is no node_exporter's.</summary>
    internal static HostLoadSample? Of(string text)
    {
        var (cpu, idle, wait) = (0.0, 0.0, 0.0);
        var (disks, free) = (new Dictionary<string, double>(StringComparer.Ordinal), new Dictionary<string, double>(StringComparer.Ordinal));
        foreach (var sample in PrometheusText.Read(text))
        {
            switch (sample.Name)
            {
                case "node_cpu_seconds_total":
                    cpu += sample.Value;
                    idle += sample.Label("mode") == "idle" ? sample.Value : 0;
                    wait += sample.Label("mode") == "iowait" ? sample.Value : 0;
                    break;
                case "node_disk_io_time_seconds_total" when sample.Label("device") is { } device:
                    disks[device] = sample.Value;
                    break;
                case "node_filesystem_avail_bytes" when sample.Label("mountpoint") is { } place && sample.Label("fstype") is not ("tmpfs" or "ramfs"):
                    free[place] = sample.Value;
                    break;
                default:
                    break;
            }
        }

        return cpu > 0 ? new HostLoadSample(cpu, idle, wait, disks, free) : null;
    }

    /// <summary>What can still be written where a folder is; null where that cannot be told.</summary>
    internal double? FreeAt(string? folder) => folder is null ? null
        : FreeBytes.Where(f => IsAbove(f.Key, folder)).OrderByDescending(f => f.Key.Length).Select(f => (double?)f.Value).FirstOrDefault();

    private static bool IsAbove(string place, string folder) => place == "/" || folder == place || folder.StartsWith(place + "/", StringComparison.Ordinal);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Backups;

/// <summary>What the last check of each cluster found, from the meter HaConnect.Operations. Ages grow between checks: they are told as of the moment of the look.</summary>
internal static class BackupMetrics
{
    private static readonly ConcurrentDictionary<string, (BackupCheckReport Report, DateTimeOffset At)> s_last = new(StringComparer.Ordinal);
    private static readonly Meter s_meter = new(OperationsMeter.Name);

    static BackupMetrics()
    {
        s_meter.CreateObservableGauge("haconnect.backup.age", () => Each(s => (Now() - s.Report.Newest?.FinishedAt)?.TotalSeconds), "s", "Age of the newest base backup that can be used.");
        s_meter.CreateObservableGauge("haconnect.backup.recovery_point", () => Each(s => s.Report.RecoveryPointAge?.TotalSeconds), "s", "Age of the newest commit that could be restored, at the last check: at most so much would be lost.");
        s_meter.CreateObservableGauge("haconnect.backup.wal_gaps", () => Each(s => (double)s.Report.Gaps), "{gap}", "Gaps in the archived WAL, at the last check.");
        s_meter.CreateObservableGauge("haconnect.backup.check.time", () => Each(s => (double?)s.At.ToUnixTimeMilliseconds() / 1000), "s", "When backups were checked last, in seconds since 1970.");
    }

    internal static void Checked(BackupCheckReport report, DateTimeOffset at) => s_last[report.Cluster] = (report, at);

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static IEnumerable<Measurement<double>> Each(Func<(BackupCheckReport Report, DateTimeOffset At), double?> value)
    {
        foreach (var (cluster, seen) in s_last)
        {
            if (value(seen) is { } known)
                yield return new(known, new KeyValuePair<string, object?>(OperationsMeter.Cluster, cluster));
        }
    }
}

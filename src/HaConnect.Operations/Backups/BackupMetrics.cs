using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Backups;

/// <summary>
/// What the last check of each cluster that came to a result found, from the meter HaConnect.Operations. Ages grow between checks: they are told as of the moment of the look. What is not known has no series.
/// </summary>
internal static class BackupMetrics
{
    private static readonly ConcurrentDictionary<string, Seen> s_last = new(StringComparer.Ordinal);
    private static readonly Meter s_meter = new(OperationsMeter.Name);

    static BackupMetrics()
    {
        s_meter.CreateObservableGauge("haconnect.backup.age", () => Each(s => (s.Time.GetUtcNow() - s.Report.Newest?.FinishedAt)?.TotalSeconds), "s", "Age of the newest base backup that can be used.");
        s_meter.CreateObservableGauge("haconnect.backup.recovery_point", () => Each(s => (s.Report.RecoveryPointAge + (s.Time.GetUtcNow() - s.At))?.TotalSeconds), "s", "At most so much would be lost: the age of the newest commit that could be restored, at the last check, and the time since then.");
        s_meter.CreateObservableGauge("haconnect.backup.wal_gaps", () => Each(s => (double)s.Report.Gaps), "{gap}", "Gaps in the archived WAL, at the last check.");
        s_meter.CreateObservableGauge("haconnect.backup.check.time", () => Each(s => (double?)s.At.ToUnixTimeMilliseconds() / 1000), "s", "When a check of backups last came to a result, in seconds since 1970.");
    }

    internal static void Checked(BackupCheckReport report, TimeProvider time) => s_last[report.Cluster] = new(report, time.GetUtcNow(), time);

    private static IEnumerable<Measurement<double>> Each(Func<Seen, double?> value)
    {
        foreach (var (cluster, seen) in s_last)
        {
            if (value(seen) is { } known)
                yield return new(known, new KeyValuePair<string, object?>(OperationsMeter.Cluster, cluster));
        }
    }

    private sealed record Seen(BackupCheckReport Report, DateTimeOffset At, TimeProvider Time);
}

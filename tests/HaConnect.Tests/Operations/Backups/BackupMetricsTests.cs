using System.Diagnostics.Metrics;
using HaConnect.Operations;
using HaConnect.Operations.Backups;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>The metrics of backups: ages grow between checks, and what is not known has no series.</summary>
public sealed class BackupMetricsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 27, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Checked_TimePasses_AgesGrow()
    {
        var time = new GivenTime { Now = s_now };
        BackupMetrics.Checked(Report("ages", isUsable: true), time);
        time.Now = s_now.AddMinutes(20);
        var measured = Measure("ages");
        Assert.Equal((4800, 1230, 0), (measured["haconnect.backup.age"], measured["haconnect.backup.recovery_point"], measured["haconnect.backup.wal_gaps"]));
        Assert.Equal(s_now.ToUnixTimeSeconds(), measured["haconnect.backup.check.time"]);
    }

    [Fact]
    public void Checked_NoBackupIsUsableAnyMore_ItsAgesAreGone()
    {
        var time = new GivenTime { Now = s_now };
        BackupMetrics.Checked(Report("gone", isUsable: true), time);
        Assert.Equal(4, Measure("gone").Count);
        BackupMetrics.Checked(Report("gone", isUsable: false), time);
        Assert.Equal(["haconnect.backup.check.time", "haconnect.backup.wal_gaps"], Measure("gone").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_ComesToNoResult_SetsNothing()
    {
        var options = new BackupCheckOptions { Cluster = "unchecked" };
        options.Repository.Folder = "/nowhere";
        await Assert.ThrowsAsync<ArgumentException>(() => BackupCheck.RunAsync(options, TestContext.Current.CancellationToken));
        Assert.Empty(Measure("unchecked"));
    }

    private static BackupCheckReport Report(string cluster, bool isUsable) => new(cluster, s_now, "x", CheckState.Ok, [], [new("b", "full", "plain", isUsable) { FinishedAt = s_now.AddHours(-1) }], [])
    {
        RecoveryPointAge = isUsable ? TimeSpan.FromSeconds(30) : null,
    };

    private static Dictionary<string, double> Measure(string cluster)
    {
        Dictionary<string, double> measured = [];
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name.StartsWith("haconnect.backup.", StringComparison.Ordinal)) l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new("haconnect.cluster", cluster)))
                measured[i.Name] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private sealed class GivenTime : TimeProvider
    {
        internal DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

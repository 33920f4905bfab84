using System.Diagnostics.Metrics;
using HaConnect.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>What a check says of the archiver, the recovery point, retention and off-site copies.</summary>
public sealed class BackupCheckTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_FromSoundToFailing_TellsWhatWouldBeLost()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        var nothing = await BackupCheck.RunAsync(its.Check(), Cancelled);
        Assert.Contains(nothing.Findings, f => f is { State: CheckState.Critical, Subject: "backup" });
        await its.TakeAsync("monday");
        await its.TakeAsync("tuesday", "-F", "t", "-z");
        await its.WriteAndArchiveAsync();

        // All that has ended is archived: nothing would be lost, however old that is.
        var sound = await BackupCheck.RunAsync(its.Check(), Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(sound.ToMarkdown());
        Assert.True(sound.State == CheckState.Ok, sound.ToMarkdown());
        Assert.Equal(TimeSpan.Zero, sound.RecoveryPointAge);
        Assert.Equal(("tuesday", 2), (sound.Newest!.Name, sound.Backups.Count(b => b.IsUsable)));
        Assert.StartsWith("HACONNECT BACKUP OK - tuesday is", sound.ToCheckResult().ToString(), StringComparison.Ordinal);
        Assert.Contains("\"schemaVersion\": 1", sound.ToJson(), StringComparison.Ordinal);

        await RequireReportsMetricsAndAuditAsync(its);

        // One more commit: what is behind the newest archived commit would be lost.
        await its.Cluster["n1"].ExecuteAsync("INSERT INTO story VALUES (1, 'new')", Cancelled);
        var options = its.Check();
        (options.WarningRecoveryPoint, options.CriticalRecoveryPoint) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        var behind = await BackupCheck.RunAsync(options, Cancelled);
        Assert.True(behind.RecoveryPointAge > TimeSpan.Zero && behind.WalAtRisk > 0, behind.ToMarkdown());
        Assert.Contains(behind.Findings, f => f is { State: CheckState.Warning, Subject: "recovery point" });
        Assert.Equal(sound.RecoveryPoint, behind.RecoveryPoint);

        // A transaction that is older than what is archived last, and commits behind that: its commit would be lost.
        var late = await CommitBehindTheArchiveAsync();
        Assert.True(late.RecoveryPointAge > TimeSpan.Zero, late.ToMarkdown());
        Assert.DoesNotContain("nothing that was committed", late.Verdict, StringComparison.Ordinal);

        // Retention, ages, and another site.
        options = its.Check();
        (options.LeastBackups, options.ReachesBack, options.NoneOlderThan) = (3, TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(1));
        (options.WarningAge, options.CriticalAge) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2));
        (options.OffsiteFolder, options.OffsiteWalFolder) = (await its.CopyAsync(its.Backups, "offsite"), await its.CopyAsync(its.Wal, "offsite-wal"));
        var old = await BackupCheck.RunAsync(options, Cancelled);
        Assert.Equal(2, old.Findings.Count(f => f.Subject == "retention"));
        Assert.Contains(old.Findings, f => f is { State: CheckState.Critical, Subject: "tuesday" });
        Assert.DoesNotContain(old.Findings, f => f.Subject == "off-site copy");
        var segment = Directory.EnumerateFiles(options.OffsiteWalFolder).Where(f => Path.GetFileName(f).Length == 24).Order().Last();
        File.Delete(segment);
        await File.WriteAllTextAsync(Path.Combine(options.OffsiteFolder, "tuesday", "base.tar.gz"), "", Cancelled);
        var lost = await BackupCheck.RunAsync(options, Cancelled);
        Assert.Contains(lost.Findings, f => f.Subject == "off-site copy" && f.Problem.Contains(Path.GetFileName(segment), StringComparison.Ordinal));
        Assert.Contains(lost.Findings, f => f.Subject == "off-site copy" && f.Problem.Contains("PG_VERSION is missing", StringComparison.Ordinal));

        // The archiver fails.
        await its.Cluster["n1"].ExecuteAsync("ALTER SYSTEM SET archive_command = 'false'", Cancelled);
        await its.Cluster["n1"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await its.Cluster["n1"].ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
        await UntilAsync("the archiver fails", () => its.Cluster["n1"].ScalarAsync<bool>("SELECT coalesce(last_failed_time > last_archived_time, false) FROM pg_stat_archiver", Cancelled));
        var failing = await BackupCheck.RunAsync(its.Check(), Cancelled);
        Assert.Contains(failing.Findings, f => f is { State: CheckState.Critical, Subject: "archive" } && f.Problem.Contains("cannot archive", StringComparison.Ordinal));

        // Nobody to be asked: what the archive says is told, and what is not known is said.
        await its.Cluster["n1"].StopAsync(cancellationToken: Cancelled);
        var alone = await BackupCheck.RunAsync(its.Check(), Cancelled);
        Assert.Equal((late.RecoveryPoint, null), (alone.RecoveryPoint, alone.WalAtRisk));
        Assert.Contains(alone.Findings, f => f is { State: CheckState.Warning, Subject: "primary" });

        async Task<BackupCheckReport> CommitBehindTheArchiveAsync()
        {
            await using var connection = await its.Primary.OpenConnectionAsync(Cancelled);
            await using var transaction = await connection.BeginTransactionAsync(Cancelled);
            await using var command = new Npgsql.NpgsqlCommand("SELECT pg_current_xact_id()::text", connection, transaction);
            await command.ExecuteScalarAsync(Cancelled);
            await its.WriteAndArchiveAsync();
            await transaction.CommitAsync(Cancelled);
            return await BackupCheck.RunAsync(its.Check(), Cancelled);
        }
    }

    /// <summary>An application with AddBackupCheck.</summary>
    private static async Task RequireReportsMetricsAndAuditAsync(BackedUpCluster its)
    {
        var (audit, reports, measured) = (new RecordingAuditSink(), new System.Collections.Concurrent.ConcurrentQueue<BackupCheckReport>(), new System.Collections.Concurrent.ConcurrentDictionary<string, double>());
        var observed = ClusterOptions.Observe(its.Cluster);
        var services = new ServiceCollection();
        services.AddSingleton<IAuditSink>(audit);
        services.AddHaDatabase(o =>
        {
            (o.ConnectionString, o.ClusterName) = (observed.ConnectionString, "backed-up");
            foreach (var node in observed.Nodes)
                o.Nodes.Add(node);
        }).AddBackupCheck(TimeSpan.FromSeconds(1), o => (o.Repository.Folder, o.Repository.WalFolder, o.Repository.ProgramDirectory) = (its.Backups, its.Wal, BackedUpCluster.ProgramDirectory), reports.Enqueue);
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Meter.Name == "HaConnect.Operations" && i.Name.StartsWith("haconnect.backup.", StringComparison.Ordinal)) l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new("haconnect.cluster", "backed-up")))
                measured[i.Name] = value;
        });
        listener.Start();
        await using var application = services.BuildServiceProvider();
        foreach (var service in application.GetServices<IHostedService>())
            await service.StartAsync(Cancelled);
        await UntilAsync("a report", () => Task.FromResult(!reports.IsEmpty));
        foreach (var service in application.GetServices<IHostedService>())
            await service.StopAsync(Cancelled);

        listener.RecordObservableInstruments();
        Assert.Equal(CheckState.Ok, reports.First().State);
        Assert.NotNull(reports.First().WalAtRisk); // the primary was asked
        Assert.True(measured["haconnect.backup.age"] > 0 && measured["haconnect.backup.check.time"] > 1e9);
        Assert.Equal(0, measured["haconnect.backup.wal_gaps"]);
        Assert.True(measured.ContainsKey("haconnect.backup.recovery_point"));
        Assert.Contains(audit.Records, r => r is { Kind: AuditKind.Drill, Step: "BackupCheck", After: "Ok" });
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HaConnect.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Setup;

namespace HaConnect.WebTests.Monitoring;

/// <summary>What has gone on before the test: a real backup whose end is on record as two days ago, an archive of WAL, and an audit trail that tells of drills. One application looks at them.</summary>
internal sealed partial class PlantedPast : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-past-");

    internal PlantedPast()
    {
        foreach (var folder in (string[])[Archive, Backups, Trail])
            Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess) // the servers run as somebody else then, and archive into it
        {
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(Archive, (UnixFileMode)0b111_111_111);
        }
    }

    internal string ArchiveCommand => $"cp %p '{Archive}/%f'";

    private string Archive => Path.Combine(_folder.FullName, "archive");

    private string Backups => Path.Combine(_folder.FullName, "backups");

    private string Trail => Path.Combine(_folder.FullName, "trail");

    /// <summary>Of the application that looks at them, and at one table of all nodes.</summary>
    internal IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Drills__Folders__0"] = Trail,
        ["Drills__Since"] = "2020-01-01T00:00:00Z",
        ["Drills__ReadInterval"] = "00:00:01",
        ["Backups__Interval"] = "00:00:01",
        ["Backups__Repository__Folder"] = Backups,
        ["Backups__Repository__WalFolder"] = Archive,
        ["Verification__Interval"] = "00:00:01",
        ["Verification__FirstAfter"] = "00:00:00",
        ["Verification__Verification__Tables__0"] = $"public.{DamagedTable.Name}",
    };

    internal async Task TakeBackupAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        var primary = await cluster.GetPrimaryAsync(cancellationToken);
        var start = new ProcessStartInfo(Path.Combine(PostgresBinaries.Find(null)!, "pg_basebackup"),
        [
            "--host", primary.Host, "--port", primary.Port.ToString(CultureInfo.InvariantCulture), "--username", cluster.Replication.User,
            "--pgdata", Path.Combine(Backups, Guid.NewGuid().ToString("N")), "--checkpoint", "fast",
        ])
        { UseShellExecute = false, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = cluster.Replication.Password;
        using var backup = Process.Start(start)!;
        var error = await backup.StandardError.ReadToEndAsync(cancellationToken);
        await backup.WaitForExitAsync(cancellationToken);
        Assert.True(backup.ExitCode == 0, error);
    }

    /// <summary>Once it is archived, the server's record of the one backup's end says that it was two days ago.</summary>
    internal async Task AgeBackupAsync()
    {
        string[] records = [];
        await ClusterTest.UntilAsync("the backup's record in the archive", () => Task.FromResult((records = Directory.GetFiles(Archive, "*.backup")).Length == 1 && File.ReadAllText(records[0]).Contains("STOP TIME", StringComparison.Ordinal)));
        var text = await File.ReadAllTextAsync(records[0]);
        var aged = StopTime().Replace(text, string.Create(CultureInfo.InvariantCulture, $"STOP TIME: {TimeProvider.System.GetUtcNow().AddDays(-2):yyyy-MM-dd HH:mm:ss} UTC"));
        Assert.NotEqual(text, aged);
        await File.WriteAllTextAsync(records[0], aged);
    }

    /// <summary>A failover drill that took too long and lost writes; and nothing else was drilled for years.</summary>
    internal Task RecordBadDrillAsync() => RecordAsync(new DrillOutcome(DrillKind.Failover, TimeProvider.System.GetUtcNow(), "main", Passed: false, "It took 45 s, and three writes were lost.")
    {
        Recovery = TimeSpan.FromSeconds(45),
        RecoveryTarget = TimeSpan.FromSeconds(30),
        AckedWrites = 1000,
        LostWrites = 3,
    });

    /// <summary>All that is demanded.</summary>
    internal Task RecordGoodDrillsAsync() => RecordAsync(
    [
        .. ((DrillKind[])[DrillKind.Failover, DrillKind.Failover, DrillKind.Restore, DrillKind.Disaster, DrillKind.Disaster]).Select(kind =>
            new DrillOutcome(kind, TimeProvider.System.GetUtcNow(), "main", Passed: true, "It took 2 s, and nothing was lost.")
            {
                Recovery = TimeSpan.FromSeconds(2), RecoveryTarget = TimeSpan.FromSeconds(30), AckedWrites = 1000, LostWrites = 0,
            }),
    ]);

    /// <summary>Takes the last but one file of WAL out of the archive, or puts it back.</summary>
    internal void SetGap(bool isThere)
    {
        if (isThere)
        {
            var file = Directory.GetFiles(Archive).Where(f => Path.GetFileName(f).Length == 24).Order(StringComparer.Ordinal).SkipLast(1).Last();
            File.Move(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
        else
        {
            var file = Directory.GetFiles(_folder.FullName).Single();
            File.Move(file, Path.Combine(Archive, Path.GetFileName(file)));
        }
    }

    /// <summary>The folder of backups cannot be found meanwhile.</summary>
    internal void SetAway(bool isAway) => Directory.Move(isAway ? Backups : Backups + ".away", isAway ? Backups + ".away" : Backups);

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task RecordAsync(params DrillOutcome[] outcomes)
    {
        await using var trail = AuditFile.Open(Trail);
        foreach (var outcome in outcomes)
            trail.Write(outcome.ToAuditRecord("test", by: null, TimeProvider.System.GetUtcNow()));
    }

    [GeneratedRegex("STOP TIME: .*", RegexOptions.None, 1000)]
    private static partial Regex StopTime();
}

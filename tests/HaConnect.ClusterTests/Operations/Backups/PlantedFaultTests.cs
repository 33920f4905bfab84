using System.Globalization;
using HaConnect.Operations;
using static HaConnect.ClusterTests.Operations.Backups.FileDamage;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Damages of backups and of WAL, each planted beside sound ones: check and drill find it, and name the file.</summary>
public sealed class PlantedFaultTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_DamagedBackups_AreFoundAndNamedByCheckAndDrill()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        await its.TakeAsync("plain");
        await its.WriteAndArchiveAsync();
        var file = "base/1/" + await its.Cluster["n1"].ScalarAsync<string>("SELECT regexp_replace(pg_relation_filepath('pg_class'), '.*/', '')", Cancelled);
        await RequireAsync("sound", _ => { }, null);
        await RequireAsync("flipped", f => Flip(Path.Combine(f, file), 5000), Path.GetFileName(file));
        await RequireAsync("missing", f => File.Delete(Path.Combine(f, file)), Path.GetFileName(file));
        await RequireAsync("shorter", f => Truncate(Path.Combine(f, file), 4096), Path.GetFileName(file));
        await RequireAsync("manifest", f => Truncate(Path.Combine(f, "backup_manifest"), 2000), "backup_manifest");
        await RequireAsync("manifest-edited", f => File.WriteAllText(Path.Combine(f, "backup_manifest"), File.ReadAllText(Path.Combine(f, "backup_manifest")).Replace("\"Size\": 3,", "\"Size\": 4,", StringComparison.Ordinal)), "backup_manifest");
        await RequireAsync("no-manifest", f => File.Delete(Path.Combine(f, "backup_manifest")), "backup_manifest");

        Directory.Delete(Path.Combine(its.Backups, "plain"), recursive: true);
        await its.TakeAsync("tar", "-F", "t");
        await its.WriteAndArchiveAsync();
        await RequireAsync("tar-flipped", f => FlipIn(Path.Combine(f, "base.tar"), $"{file}\0"), Path.GetFileName(file));
        await RequireAsync("tar-shorter", f => Truncate(Path.Combine(f, "base.tar"), 3 << 20), "base.tar");
        await its.RequireNothingLeftAsync();

        async Task RequireAsync(string name, Action<string> damage, string? named)
        {
            var backups = await its.CopyAsync(its.Backups, name);
            damage(Directory.EnumerateDirectories(backups).Single());
            var options = its.Check(backups);
            options.VerifiesFiles = true;
            var check = await BackupCheck.RunAsync(options, Cancelled);
            var drill = await BackupDrill.RunAsync(its.Drill(backups), Cancelled);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}\n  check: {string.Join("\n  ", check.Findings)}\n  drill: {string.Join("\n  ", drill.Findings)}");
            if (named is null)
            {
                Assert.True(check.State == CheckState.Ok && drill.Passed, drill.Verdict);
                return;
            }

            Assert.Contains(check.Findings, f => f.State == CheckState.Critical && f.ToString().Contains(named, StringComparison.Ordinal));
            Assert.False(drill.Passed, name);
            Assert.Contains(drill.Findings, f => f.State == CheckState.Critical && f.ToString().Contains(named, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task RunAsync_DamagedWal_IsFoundAndNamedByCheckAndDrill()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        await its.TakeAsync("plain");
        await its.WriteAndArchiveAsync();
        var hurt = await its.WriteAndArchiveAsync();
        var target = await its.Cluster["n1"].ScalarAsync<DateTimeOffset>("SELECT clock_timestamp()", Cancelled);
        await its.WriteAndArchiveAsync();
        var after = await its.WriteAndArchiveAsync();
        var records = await its.Programs.RunToSuccessAsync("pg_waldump", [Path.Combine(its.Wal, hurt), Path.Combine(its.Wal, hurt)], null, its.Root, Cancelled);
        var insert = records.Split('\n').Where(l => l.Contains("desc: INSERT", StringComparison.Ordinal)).ElementAt(200);
        var offset = int.Parse(insert.Split("lsn: ")[1].Split(',')[0].Split('/')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) % (16 << 20);
        await RequireAsync("wal-sound", _ => { }, named: false);
        await RequireAsync("wal-removed", File.Delete);
        await RequireAsync("wal-short", f => Truncate(f, 100_000));
        await RequireAsync("wal-empty", f => Truncate(f, 0));
        await RequireAsync("wal-other-place", f => File.Copy(Path.Combine(its.Wal, after), f, overwrite: true));
        await RequireAsync("wal-other-timeline", f => Write(f, 4, [9]));
        await RequireAsync("wal-other-cluster", f => Write(f, 24, [1, 2, 3, 4]));
        await RequireAsync("wal-record", f => Flip(f, offset + 40));
        await its.RequireNothingLeftAsync();

        async Task RequireAsync(string name, Action<string> damage, bool named = true)
        {
            var wal = await its.CopyAsync(its.Wal, name);
            damage(Path.Combine(wal, hurt));
            var options = its.Check(wal: wal);
            options.ReadsWal = true;
            var check = await BackupCheck.RunAsync(options, Cancelled);
            var drillOptions = its.Drill(wal: wal);
            drillOptions.TargetTime = target;
            var drill = await BackupDrill.RunAsync(drillOptions, Cancelled);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}\n  check: {string.Join("\n  ", check.Findings)}\n  drill: {string.Join("\n  ", drill.Findings)}");
            Assert.Equal(named, check.Findings.Any(f => f.State == CheckState.Critical && f.Subject == hurt));
            Assert.Equal(named, drill.Findings.Any(f => f.State == CheckState.Critical && f.Subject == hurt));
            Assert.Equal(!named, drill.Passed);
            Assert.Equal(name == "wal-removed" ? (1L, 1) : (0L, 0), (check.MissingSegments, check.Gaps));
        }
    }

    private static void FlipIn(string tar, string name)
    {
        var at = File.ReadAllBytes(tar).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name));
        Flip(tar, at + 512 + 5000);
    }

    private static void Write(string file, long offset, byte[] bytes)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = offset;
        stream.Write(bytes);
    }
}

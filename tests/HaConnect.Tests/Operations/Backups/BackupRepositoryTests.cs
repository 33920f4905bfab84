using System.Text;
using HaConnect.Operations.Backups;

namespace HaConnect.Tests.Operations.Backups;

/// <summary>What programs and files say of backups, as they really said it.</summary>
public sealed class BackupRepositoryTests
{
    /// <summary>pgBackRest 2.45.</summary>
    private const string Info = """
        [{"archive":[{"database":{"id":1,"repo-key":1},"id":"15-1","max":"000000010000000000000008","min":"000000010000000000000005"}],"backup":[{"archive":{"start":"000000010000000000000006","stop":"000000010000000000000006"},"backrest":{"format":5,"version":"2.45"},"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":23049975,"repository":{"delta":3062364,"size":3062364},"size":23049975},"label":"20261127-150815F","lsn":{"start":"0/6000028","stop":"0/6000100"},"prior":null,"reference":null,"timestamp":{"start":1795792095,"stop":1795792100},"type":"full"},{"archive":{"start":"000000010000000000000008","stop":"000000010000000000000008"},"backrest":{"format":5,"version":"2.45"},"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":4555018,"repository":{"delta":536178,"size":3476705},"size":26777335},"label":"20261127-150815F_20261127-150821I","lsn":{"start":"0/8000028","stop":"0/83D82E0"},"prior":"20261127-150815F","reference":["20261127-150815F"],"timestamp":{"start":1795792101,"stop":1795792163},"type":"incr"}],"cipher":"none","db":[{"id":1,"repo-key":1,"system-id":7712868249498182495,"version":"15"}],"name":"main","repo":[{"cipher":"none","key":1,"status":{"code":0,"message":"ok"}}],"status":{"code":0,"lock":{"backup":{"held":false}},"message":"ok"}}]
        """;

    private const string Listing = """
        {".":{"type":"path"},"15-1/0000000100000000":{"type":"path"},"15-1/0000000100000000/000000010000000000000005-4cde7e4b4939aa5c381a765856a6e1fc53633e24.gz":{"type":"file","size":17440,"time":1795792095},"15-1/0000000100000000/000000010000000000000006.00000028.backup":{"type":"file","size":371,"time":1795792100},"archive.info":{"type":"file","size":253,"time":1795792163}}
        """;

    /// <summary>Barman 3.4.0.</summary>
    private const string Barman = """
        {"main": {"backup_id": "20261127T151912", "base_backup_information": {"analysis_time": "less than one second", "begin_lsn": "0/A000028", "begin_time_timestamp": "1795792752", "begin_wal": "00000001000000000000000A", "disk_usage_bytes": 26915315, "end_lsn": "0/B000000", "end_time": "2026-11-27 15:19:17.232514+00:00", "end_time_timestamp": "1795792757", "end_wal": "00000001000000000000000A", "timeline": 1}, "postgresql_version": 150018, "status": "DONE", "tablespaces": []}}
        """;

    private const string Manifest = """
        { "PostgreSQL-Backup-Manifest-Version": 1,
        "Files": [
        { "Path": "backup_label", "Size": 225, "Last-Modified": "2026-11-27 15:08:00 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "351b01f9" },
        { "Encoded-Path": "7a0a", "Size": 3, "Last-Modified": "2026-11-27 15:07:58 GMT" }
        ],
        "WAL-Ranges": [
        { "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }
        ],

        """;

    [Fact]
    public void Parse_PgBackRestsInfo_HasItsBackups()
    {
        var info = PgBackRestInfo.Parse(Info, "main");
        Assert.Equal(["20261127-150815F full", "20261127-150815F_20261127-150821I incremental"], info.Backups.Select(b => $"{b.Name} {b.Kind}"));
        var newest = info.Backups[1];
        Assert.Equal((0x8000028UL, 0x83D82E0UL, 15, 7712868249498182495UL, 1795792163L), (newest.StartLsn, newest.StopLsn, newest.MajorVersion, newest.SystemIdentifier, newest.FinishedAt!.Value.ToUnixTimeSeconds()));
        Assert.False(info.IsEncrypted);
        Assert.Null(info.Problem);
        Assert.Contains("no stanza other", Assert.Throws<InvalidOperationException>(() => PgBackRestInfo.Parse(Info, "other")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => PgBackRestInfo.Parse("P00 ERROR", "main"));
        Assert.Contains("wrong checksums", PgBackRestInfo.Parse(Info.Replace("\"error\":false", "\"error\":true", StringComparison.Ordinal), "main").Backups[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_PgBackRestsListing_HasItsWal() =>
        Assert.Equal(["000000010000000000000005 17440", "000000010000000000000006.00000028.backup 371"], PgBackRestArchive.Parse(Listing).Select(f => $"{f.Name} {f.Size}"));

    [Fact]
    public void BackupOf_BarmansBackup_IsRead()
    {
        var backup = BarmanInfo.BackupOf(Barman, "main");
        Assert.Equal(("20261127T151912", 0xA000028UL, 0xB000000UL, 15, 26915315L), (backup.Name, backup.StartLsn, backup.StopLsn, backup.MajorVersion, backup.Size));
        Assert.Null(backup.Problem);
        Assert.Equal("Barman has it as FAILED", BarmanInfo.BackupOf(Barman.Replace("DONE", "FAILED", StringComparison.Ordinal), "main").Problem);
        Assert.Throws<InvalidOperationException>(() => BarmanInfo.BackupOf(Barman, "other"));
    }

    [Fact]
    public void NamesIn_BarmansTablespaces_AreFound() => Assert.Equal(["a", "b c"], BarmanTablespaces.NamesIn("tablespaces=[('a', 16384, '/x'), ('b c', 16385, '/y')]"));

    [Fact]
    public void Parse_AManifest_IsHeldToItsOwnChecksum()
    {
        var manifest = BackupManifest.Parse(Signed(Manifest));
        Assert.Equal((1, 0x2000028UL, 0x2000100UL, 228L), (manifest.Timeline, manifest.StartLsn, manifest.StopLsn, manifest.Size));
        Assert.Equal(["backup_label", "z\n"], manifest.Files.Select(f => f.Path));
        var signed = Signed(Manifest);
        Assert.Throws<InvalidDataException>(() => BackupManifest.Parse(signed[..^40]));
        signed[120] ^= 1;
        Assert.Throws<InvalidDataException>(() => BackupManifest.Parse(signed));
    }

    [Fact]
    public async Task OfAsync_Checksums_AreAsPostgresqlWritesThem()
    {
        // Of a manifest that pg_basebackup wrote: PG_VERSION of a server of 15.
        Assert.Equal("8a744722", await FileChecksum.OfAsync(new MemoryStream("15\n"u8.ToArray()), "CRC32C", TestContext.Current.CancellationToken));
        Assert.Null(await FileChecksum.OfAsync(new MemoryStream(), "SHA224", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void BackupLabel_OfTheArchive_HasTheEnd()
    {
        var label = new BackupLabel("START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nSTOP WAL LOCATION: 0/2000100 (file 000000010000000000000002)\nSTART TIMELINE: 3\nSTOP TIME: 2026-11-27 15:08:00 UTC\n");
        Assert.Equal((0x2000028UL, 0x2000100UL, 3, 15), (label.StartLsn, label.StopLsn, label.Timeline, label.StopTime!.Value.Hour));
        Assert.Null(new BackupLabel("STOP TIME: 2026-11-27 15:08:00 CET\n").StopTime);
        Assert.Equal(0x5000028UL, new BackupLabel("INCREMENTAL FROM LSN: 0/5000028\n").IncrementalFrom);
    }

    private static byte[] Signed(string manifest)
    {
        var text = manifest.ReplaceLineEndings("\n");
        return Encoding.UTF8.GetBytes($"{text}\"Manifest-Checksum\": \"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\"}}\n");
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HaConnect.Operations.Backups;

/// <summary>A <c>backup_manifest</c>. Source: PostgreSQL's manual, "Backup Manifest Format".</summary>
/// <param name="Files">All of its files.</param>
/// <param name="Timeline">Of the WAL that it needs.</param>
/// <param name="StartLsn">From where.</param>
/// <param name="StopLsn">Up to where.</param>
/// <param name="SystemIdentifier">From PostgreSQL 17 on.</param>
internal sealed record BackupManifest(IReadOnlyList<ManifestFile> Files, int Timeline, ulong StartLsn, ulong StopLsn, ulong? SystemIdentifier)
{
    internal const string FileName = "backup_manifest";

    internal long Size => Files.Sum(f => f.Size);

    /// <summary>Whether files in it are only what has changed since another backup. Source: PostgreSQL's basebackup_incremental.c, which writes one for each that it knew, changed or not.</summary>
    internal bool IsIncremental => Files.Any(f => Path.GetFileName(f.Path).StartsWith("INCREMENTAL.", StringComparison.Ordinal));

    internal DateTimeOffset? LastModified => Files.Max(f => f.Modified);

    /// <exception cref="InvalidDataException">It is no manifest, or not all of one.</exception>
    internal static BackupManifest Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            RequireChecksum(bytes, root.GetProperty("Manifest-Checksum").GetString()!);
            var ranges = root.GetProperty("WAL-Ranges").EnumerateArray().Select(r => (Timeline: r.GetProperty(nameof(Timeline)).GetInt32(),
                Start: BaseBackup.LsnOf(r.GetProperty("Start-LSN").GetString()!), Stop: BaseBackup.LsnOf(r.GetProperty("End-LSN").GetString()!))).ToList();
            var first = ranges.MinBy(r => r.Start);
            return new([.. root.GetProperty(nameof(Files)).EnumerateArray().Select(FileOf)], first.Timeline, first.Start, ranges.Max(r => r.Stop),
                root.TryGetProperty("System-Identifier", out var identifier) ? identifier.GetUInt64() : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"it is no whole manifest: {e.Message}", e);
        }
    }

    private static ManifestFile FileOf(JsonElement file) => new(
        file.TryGetProperty("Path", out var path) ? path.GetString()! : Encoding.UTF8.GetString(Convert.FromHexString(file.GetProperty("Encoded-Path").GetString()!)),
        file.GetProperty(nameof(Size)).GetInt64(),
        DateTimeOffset.TryParseExact(file.GetProperty("Last-Modified").GetString(), "yyyy-MM-dd HH:mm:ss 'GMT'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modified) ? modified : null,
        file.TryGetProperty("Checksum-Algorithm", out var algorithm) ? algorithm.GetString() : null,
        file.TryGetProperty("Checksum", out var checksum) ? checksum.GetString() : null);

    /// <summary>Of everything before the last line.</summary>
    private static void RequireChecksum(byte[] bytes, string written)
    {
        var lastLine = bytes.AsSpan().TrimEnd((byte)'\n').LastIndexOf((byte)'\n') + 1;
        if (!Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, lastLine))).Equals(written, StringComparison.OrdinalIgnoreCase))
            throw new FormatException("its own checksum does not fit");
    }
}

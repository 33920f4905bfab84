using System.Globalization;
using System.Text.Json;

namespace HaConnect.Operations.Backups;

/// <summary>What Barman tells as JSON. Source: its output of 3.4.0 (<c>barman -f json list-backup|show-backup|show-server</c>).</summary>
internal static class BarmanInfo
{
    /// <summary>The ids of a server's backups, the oldest first.</summary>
    /// <exception cref="InvalidOperationException">It is not what Barman writes.</exception>
    internal static IReadOnlyList<string> BackupsOf(string json, string server) =>
        Read(json, server, s => (IReadOnlyList<string>)[.. s.EnumerateArray().Select(b => b.GetProperty("backup_id").GetString()!).Order(StringComparer.Ordinal)]);

    internal static BaseBackup BackupOf(string json, string server) => Read(json, server, static backup =>
    {
        var (id, status) = (backup.GetProperty("backup_id").GetString()!, backup.GetProperty("status").GetString());
        if (!backup.TryGetProperty("base_backup_information", out var made))
            return new(id, "full", "Barman") { Problem = $"Barman has it as {status}" };
        return new BaseBackup(id, "full", "Barman")
        {
            FinishedAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(made.GetProperty("end_time_timestamp").GetString()!.Split('.')[0], CultureInfo.InvariantCulture)),
            Timeline = made.GetProperty("timeline").GetInt32(),
            StartLsn = BaseBackup.LsnOf(made.GetProperty("begin_lsn").GetString()!),
            StopLsn = BaseBackup.LsnOf(made.GetProperty("end_lsn").GetString()!),
            Size = made.GetProperty("disk_usage_bytes").GetInt64(),
            MajorVersion = backup.GetProperty("postgresql_version").GetInt32() / 10000,
            Problem = status is "DONE" or "WAITING_FOR_WALS" ? null : $"Barman has it as {status}",
        };
    });

    /// <summary>A server's folders, its system identifier where Barman has asked it, and whether Barman receives its WAL by the stream.</summary>
    internal static (string Wal, string Backups, ulong? SystemIdentifier, bool ReceivesWal) ServerOf(string json, string server) => Read(json, server, static s =>
        (s.GetProperty("wals_directory").GetString()!, s.GetProperty("basebackups_directory").GetString()!,
            s.TryGetProperty("postgres_systemid", out var id) && ulong.TryParse(id.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (ulong?)null,
            s.TryGetProperty("streaming_archiver", out var streams) && streams.ValueKind == JsonValueKind.True));

    private static T Read<T>(string json, string server, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement.GetProperty(server));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new InvalidOperationException($"What Barman tells of {server} cannot be read: {e.Message}", e);
        }
    }
}

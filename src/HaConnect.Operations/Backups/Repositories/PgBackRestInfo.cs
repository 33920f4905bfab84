using System.Globalization;
using System.Text.Json;

namespace HaConnect.Operations.Backups;

/// <summary>What <c>pgbackrest info --output=json</c> tells of a stanza. Source: pgBackRest's user guide, "Information in JSON format", and its output of 2.45.</summary>
/// <param name="Backups">The oldest first.</param>
/// <param name="IsEncrypted">Whether the repository is.</param>
/// <param name="Problem">Why it cannot be used, in its own words; null for none.</param>
/// <param name="ArchiveId">The folder of the present archive, for instance <c>15-1</c>; null for none.</param>
internal sealed record PgBackRestInfo(IReadOnlyList<BaseBackup> Backups, bool IsEncrypted, string? Problem, string? ArchiveId)
{
    /// <exception cref="InvalidOperationException">It is not what pgBackRest writes.</exception>
    internal static PgBackRestInfo Parse(string json, string stanza)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var of in document.RootElement.EnumerateArray())
            {
                if (of.GetProperty("name").GetString() == stanza)
                    return Of(of);
            }

            throw new InvalidOperationException($"pgBackRest knows no stanza {stanza}. Name one that its configuration has, and that was created (stanza-create).");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException)
        {
            throw new InvalidOperationException($"What pgBackRest tells of the stanza {stanza} cannot be read: {e.Message}", e);
        }
    }

    private static PgBackRestInfo Of(JsonElement stanza)
    {
        var databases = stanza.GetProperty("db").EnumerateArray().ToDictionary(d => d.GetProperty("id").GetInt32(), d => (Major: MajorOf(d.GetProperty("version").GetString()!), System: d.GetProperty("system-id").GetUInt64()));
        var status = stanza.GetProperty("status");
        List<BaseBackup> backups = [];
        foreach (var backup in stanza.GetProperty("backup").EnumerateArray())
        {
            var database = databases[backup.GetProperty("database").GetProperty("id").GetInt32()];
            backups.Add(new(backup.GetProperty("label").GetString()!, backup.GetProperty("type").GetString() switch { "incr" => "incremental", "diff" => "differential", _ => "full" }, "pgBackRest")
            {
                FinishedAt = DateTimeOffset.FromUnixTimeSeconds(backup.GetProperty("timestamp").GetProperty("stop").GetInt64()),
                Timeline = WalFileName.TimelineOf(backup.GetProperty("archive").GetProperty("start").GetString()!),
                StartLsn = backup.TryGetProperty("lsn", out var lsn) ? BaseBackup.LsnOf(lsn.GetProperty("start").GetString()!) : 0,
                StopLsn = backup.TryGetProperty("lsn", out lsn) ? BaseBackup.LsnOf(lsn.GetProperty("stop").GetString()!) : 0,
                Size = backup.GetProperty("info").GetProperty("size").GetInt64(),
                MajorVersion = database.Major,
                SystemIdentifier = database.System,
                Problem = backup.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.True ? "pgBackRest found pages with wrong checksums when it was made (pgbackrest info --set tells which)" : null,
            });
        }

        return new(backups, stanza.GetProperty("cipher").GetString() is not (null or "none"), status.GetProperty("code").GetInt32() == 0 ? null : status.GetProperty("message").GetString(),
            stanza.GetProperty("archive").EnumerateArray().Select(a => a.GetProperty("id").GetString()).LastOrDefault());
    }

    private static int? MajorOf(string version) => int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
}

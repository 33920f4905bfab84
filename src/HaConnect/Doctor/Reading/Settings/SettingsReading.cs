using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>The settings of one data node that the doctor judges.</summary>
internal sealed record SettingsReading
{
    /// <summary>What a version does not have, or the user may not see, is missing.</summary>
    internal IReadOnlyDictionary<string, Setting> Values { get; init; } = new Dictionary<string, Setting>(StringComparer.Ordinal);

    /// <summary>Changed in the files since the start, and not in force before the next.</summary>
    internal IReadOnlyList<string> AwaitingRestart { get; init; } = [];

    /// <summary>What the files hold; null where the user may not see it.</summary>
    internal IReadOnlyList<FileSetting>? Files { get; init; }

    /// <summary>The server's own value; null where it cannot be told.</summary>
    internal Setting? ServerWide(string name) => Values.GetValueOrDefault(name) is { IsServerWide: true } setting ? setting : null;

    internal static SettingsReading From(string json)
    {
        using var document = JsonDocument.Parse(json);
        var rows = document.RootElement.EnumerateArray().Select(static r => (Name: r[0].GetString()!, Setting: new Setting(r[1].GetString() ?? "", r[2].GetString() ?? "", r[3].GetString()!), Awaits: r[4].GetBoolean())).ToList();
        return new SettingsReading
        {
            Values = rows.ToDictionary(r => r.Name, r => r.Setting, StringComparer.Ordinal),
            AwaitingRestart = [.. rows.Where(r => r.Awaits).Select(r => r.Name).Order(StringComparer.Ordinal)],
        };
    }

    internal static IReadOnlyList<FileSetting> FilesFrom(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static r => new FileSetting(r[0].GetString(), r[1].GetString() ?? "", r[2].ValueKind == JsonValueKind.Null ? 0 : r[2].GetInt32(), r[3].GetString(), r[4].GetString()))];
    }
}

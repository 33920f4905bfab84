using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>Who may do what on one data node.</summary>
internal sealed record AccessReading
{
    /// <summary>The server's clock, in seconds of the epoch: what <see cref="ExaminedRole.ValidUntil"/> is held against.</summary>
    internal double Now { get; init; }
    internal bool MayReadRules { get; init; }
    internal bool MayReadPasswords { get; init; }

    /// <summary>The roles of the options, as far as they exist.</summary>
    internal IReadOnlyList<ExaminedRole> Roles { get; init; } = [];

    /// <summary>The application's database; null where there is none of that name.</summary>
    internal (string Name, bool AllowsConnections, int ConnectionLimit)? Database { get; init; }

    /// <summary>For whom transactions are read-only by default; null stands for all roles, or all databases.</summary>
    internal IReadOnlyList<(string? Role, string? Database)> ReadOnly { get; init; } = [];

    /// <summary>Of pg_hba.conf; null where the user may not see them.</summary>
    internal IReadOnlyList<HbaRule>? Rules { get; init; }

    /// <summary>Roles whose password is stored as an MD5 hash; null where the user may not see that.</summary>
    internal IReadOnlyList<string>? Md5Roles { get; init; }

    internal static AccessReading From(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new AccessReading
        {
            Now = root.GetProperty("now").GetDouble(),
            MayReadRules = root.GetProperty("mayReadRules").GetBoolean(),
            MayReadPasswords = root.GetProperty("mayReadPasswords").GetBoolean(),
            Roles = [.. root.GetProperty("roles").EnumerateArray().Select(ExaminedRole.From)],
            Database = root.GetProperty("database") is { ValueKind: JsonValueKind.Array } d ? (d[0].GetString()!, d[1].GetBoolean(), d[2].GetInt32()) : null,
            ReadOnly = [.. root.GetProperty("readOnly").EnumerateArray().Select(static r => (r[0].GetString(), r[1].GetString()))],
        };
    }

    internal static IReadOnlyList<HbaRule> RulesFrom(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(HbaRule.From)];
    }
}

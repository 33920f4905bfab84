using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>A line of pg_hba.conf as PostgreSQL reads it (pg_hba_file_rules).</summary>
internal sealed record HbaRule
{
    internal int Line { get; init; }

    /// <summary>local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; empty for a line that is wrong.</summary>
    internal string Type { get; init; } = "";
    internal IReadOnlyList<string> Databases { get; init; } = [];
    internal IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>An address, a host name, or all, samehost or samenet.</summary>
    internal string Address { get; init; } = "";
    internal string Netmask { get; init; } = "";
    internal string Method { get; init; } = "";
    internal string? Error { get; init; }

    /// <summary>Whether nobody but the server's own host comes in by it.</summary>
    internal bool IsLocal => Type == "local" || Address == "samehost" || Address == "::1" || (Address.StartsWith("127.", StringComparison.Ordinal) && Netmask.StartsWith("255.", StringComparison.Ordinal));

    /// <summary>From everywhere.</summary>
    internal bool IsForAllAddresses => Address == "all" || (Address is "0.0.0.0" && Netmask == "0.0.0.0") || (Address == "::" && Netmask == "::");

    internal bool IsForReplication => Databases.Contains("replication", StringComparer.Ordinal);

    internal static HbaRule From(JsonElement row) => new()
    {
        Line = row[0].ValueKind == JsonValueKind.Number ? row[0].GetInt32() : 0,
        Type = row[1].GetString() ?? "",
        Databases = Names(row[2]),
        Users = Names(row[3]),
        Address = row[4].GetString() ?? "",
        Netmask = row[5].GetString() ?? "",
        Method = row[6].GetString() ?? "",
        Error = row[7].GetString(),
    };

    private static List<string> Names(JsonElement array) => array.ValueKind != JsonValueKind.Array ? [] : [.. array.EnumerateArray().Select(static n => n.GetString() ?? "")];
}

using System.Text.Json;

namespace HaConnect.Doctor;

/// <summary>A role that the options name.</summary>
internal sealed record ExaminedRole(string Name)
{
    /// <summary>The one that initdb made: it cannot cease to be a superuser.</summary>
    internal bool IsBootstrap { get; init; }
    internal bool IsSuperuser { get; init; }
    internal bool MayReplicate { get; init; }
    internal bool MayCreateRoles { get; init; }
    internal bool BypassesRowSecurity { get; init; }
    internal bool MayLogIn { get; init; } = true;

    /// <summary>-1 for none.</summary>
    internal int ConnectionLimit { get; init; } = -1;

    /// <summary>Until when its password counts, in seconds of the epoch; null for ever.</summary>
    internal double? ValidUntil { get; init; }

    /// <summary>Predefined roles that amount to the server's operating system user, of which it is a member, however.</summary>
    internal IReadOnlyList<string> Powers { get; init; } = [];

    /// <summary>Those of them that were granted to itself.</summary>
    internal IReadOnlyList<string> OwnPowers { get; init; } = [];

    internal static ExaminedRole From(JsonElement row) => new(row[0].GetString()!)
    {
        IsBootstrap = row[1].GetBoolean(),
        IsSuperuser = row[2].GetBoolean(),
        MayReplicate = row[3].GetBoolean(),
        MayCreateRoles = row[4].GetBoolean(),
        BypassesRowSecurity = row[5].GetBoolean(),
        MayLogIn = row[6].GetBoolean(),
        ConnectionLimit = row[7].GetInt32(),
        ValidUntil = row[8].ValueKind == JsonValueKind.Number ? row[8].GetDouble() : null,
        Powers = Names(row[9]),
        OwnPowers = Names(row[10]),
    };

    private static List<string> Names(JsonElement array) => [.. array.EnumerateArray().Select(static n => n.GetString()!)];
}

using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Rejoining;

/// <summary>A connection string for PostgreSQL's programs. Without a password: arguments can be read by every user of the machine.</summary>
internal static class LibpqConninfo
{
    internal static string Of(string host, int port, string user, string? database, string? passFile, string? sslMode)
    {
        (string Key, string? Value)[] parts = [("host", host), ("port", port.ToString(CultureInfo.InvariantCulture)), ("user", user), ("dbname", database), ("passfile", passFile), ("sslmode", sslMode)];
        return string.Join(' ', parts.Where(p => p.Value is { Length: > 0 }).Select(p => $"{p.Key}={Quote(p.Value!)}"));
    }

    /// <summary>A mode of Npgsql's as libpq has it.</summary>
    internal static string ModeOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    /// <summary>More of it, to be appended.</summary>
    internal static string Part(string key, string? value) => value is { Length: > 0 } ? $" {key}={Quote(value)}" : "";

    private static string Quote(string value) => value.Any(c => char.IsWhiteSpace(c) || c is '\'' or '\\')
        ? $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'"
        : value;
}

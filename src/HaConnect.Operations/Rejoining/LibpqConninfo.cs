using System.Globalization;

namespace HaConnect.Operations.Rejoining;

/// <summary>A connection string for PostgreSQL's programs. Without a password: arguments can be read by every user of the machine.</summary>
internal static class LibpqConninfo
{
    internal static string Of(string host, int port, string user, string? database, string? passFile, string? sslMode)
    {
        (string Key, string? Value)[] parts = [("host", host), ("port", port.ToString(CultureInfo.InvariantCulture)), ("user", user), ("dbname", database), ("passfile", passFile), ("sslmode", sslMode)];
        return string.Join(' ', parts.Where(p => p.Value is { Length: > 0 }).Select(p => $"{p.Key}={Quote(p.Value!)}"));
    }

    private static string Quote(string value) => value.Any(c => char.IsWhiteSpace(c) || c is '\'' or '\\')
        ? $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'"
        : value;
}

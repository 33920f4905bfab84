using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HaConnect.Operations.Roles;

/// <summary>
/// What PostgreSQL stores of a password (RFC 5802, RFC 7677; pg_authid in PostgreSQL's manual), made here so that the password itself
/// never reaches the server, its log or pg_stat_activity.
/// </summary>
internal static class ScramVerifier
{
    private const int SaltBytes = 16;

    /// <summary>PostgreSQL's own default.</summary>
    private const int Iterations = 4096;

    /// <summary>Null for a password that is empty, or of which clients would not all make the same.</summary>
    internal static string? Of(string password) => IsPlain(password) ? Of(password, RandomNumberGenerator.GetBytes(SaltBytes), Iterations) : null;

    internal static string Of(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(CultureInfo.InvariantCulture, $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }

    /// <summary>
    /// Of other characters clients do not all make the same: libpq prepares a password by SASLprep (RFC 4013), Npgsql normalises it, and where .NET runs without ICU
    /// that does nothing. ASCII and the letters from À to ÿ stay as they are with all of them.
    /// </summary>
    private static bool IsPlain(string password) => password.Length > 0 && password.All(c => c is (> '\0' and < '\u0080') or (>= '\u00C0' and <= '\u00FF'));
}

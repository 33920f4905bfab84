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

    /// <summary>SASLprep (RFC 4013) makes blanks of these or leaves them out, and plain normalisation keeps them.</summary>
    private const string Mapped = "\u00AD\u034F\u1680\u1806\u180B\u180C\u180D\u200B\u200C\u200D\u2060\uFE00\uFE01\uFE02\uFE03\uFE04\uFE05\uFE06\uFE07\uFE08\uFE09\uFE0A\uFE0B\uFE0C\uFE0D\uFE0E\uFE0F\uFEFF";

    /// <summary>Null for a password that is empty, or of which clients would not all make the same.</summary>
    internal static string? Of(string password) => IsPlain(password) ? Of(password, RandomNumberGenerator.GetBytes(SaltBytes), Iterations) : null;

    internal static string Of(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(CultureInfo.InvariantCulture, $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }

    /// <summary>Whether SASLprep, as libpq has it, and normalisation alone, as Npgsql has it, leave it as it is.</summary>
    private static bool IsPlain(string password)
    {
        try
        {
            return password.Length > 0 && !password.Any(c => c == '\0' || Mapped.Contains(c, StringComparison.Ordinal)) && password.IsNormalized(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return false; // half of a pair of surrogates
        }
    }
}

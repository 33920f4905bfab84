using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace HaConnect.AspNetCore.Consistency;

/// <summary>
/// A token as it is given out of the hand: with the moment of that, encrypted and signed, so that nobody can make one up, or keep one. About 200
/// characters of base64url.
/// </summary>
internal sealed class TokenText(IDataProtectionProvider protection, TimeSpan maxAge, TimeProvider time)
{
    /// <summary>What is longer was not made here, and is not looked at.</summary>
    internal const int Longest = 512;

    private const int Stamp = sizeof(long);

    private readonly IDataProtector _protector = protection.CreateProtector("HaConnect.Consistency", "v1");

    internal string Protect(CausalToken token)
    {
        var text = token.ToString();
        var bytes = new byte[Stamp + text.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().ToUnixTimeMilliseconds());
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(Stamp));
        return Base64Url.EncodeToString(_protector.Protect(bytes));
    }

    /// <summary>Whatever the text is, it throws nothing.</summary>
    internal ReceivedToken Unprotect(string text)
    {
        if (text.Length > Longest)
            return ReceivedToken.Ignored("it is too long to be one");
        if (!Base64Url.IsValid(text))
            return ReceivedToken.Ignored("it is not base64url");
        byte[] bytes;
        try
        {
            bytes = _protector.Unprotect(Base64Url.DecodeFromChars(text));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return ReceivedToken.Ignored("it was not protected by this key ring: forged, changed, or of another application");
        }

        if (bytes.Length <= Stamp || !CausalToken.TryParse(Encoding.ASCII.GetString(bytes.AsSpan(Stamp)), out var token))
            return ReceivedToken.Ignored("it is of another format");

        // A clock that is behind the one that stamped it makes it live a little longer, which does no harm.
        var age = time.GetUtcNow().ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(bytes);
        return age > maxAge.TotalMilliseconds ? ReceivedToken.Ignored("it has expired") : new ReceivedToken(token, null);
    }
}

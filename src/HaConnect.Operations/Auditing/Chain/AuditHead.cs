using System.Globalization;

namespace HaConnect.Operations;

/// <summary>
/// Where a chain of audit records ends, or ended once: kept elsewhere (printed, in a ticket, in another system) it is an anchor, against which a
/// whole trail that somebody has written anew is found out.
/// </summary>
/// <param name="Chain">The chain's id.</param>
/// <param name="Seq">The number of its last record; 0 where it has none.</param>
/// <param name="Hash">The hash of that record, 64 hexadecimal digits; 64 zeros where it has none.</param>
public sealed record AuditHead(string Chain, long Seq, string Hash)
{
    /// <summary>Reads what <see cref="ToString"/> gave.</summary>
    /// <param name="text">Chain, number and hash, with a space between each.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static AuditHead Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(' ') is [var chain, var number, { Length: 64 } hash] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) && hash.All(char.IsAsciiHexDigitLower)
            ? new AuditHead(chain, seq, hash)
            : throw new FormatException($"'{text}' is no head of an audit chain: a chain's id, a number and 64 hexadecimal digits are.");
    }

    /// <summary>Chain, number and hash, with a space between each.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain} {Seq} {Hash}");
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using NpgsqlTypes;

namespace HaConnect;

/// <summary>
/// A point in the history of a cluster: a read under it sees everything that was committed before it was taken. It is no secret and not signed: whoever
/// makes one up can only make a read wait, go to the primary, or be refused.
/// </summary>
/// <remarks>The text is 44 characters of base64url, fit for a cookie, a header or a message.</remarks>
public sealed class CausalToken : IEquatable<CausalToken>, IParsable<CausalToken>
{
    private const byte FormatVersion = 1;
    private const int Checked = 1 + 8 + 8 + 4 + 8;
    private const int Size = Checked + 4;

    internal CausalToken(ulong systemIdentifier, long term, int timeline, ulong position)
    {
        SystemIdentifier = systemIdentifier;
        Term = term;
        Timeline = timeline;
        Lsn = position;
    }

    /// <summary>Which cluster it is of (<c>pg_control_system()</c>).</summary>
    public ulong SystemIdentifier { get; }

    /// <summary>The established term in which it was taken; 0 in a cluster that no coordinator manages.</summary>
    public long Term { get; }

    /// <summary>The primary's timeline then.</summary>
    public int Timeline { get; }

    /// <summary>The position in the WAL; what was committed before the token was taken lies before it.</summary>
    public NpgsqlLogSequenceNumber Position => new(Lsn);

    internal ulong Lsn { get; }

    /// <summary>The text of <see cref="ToString"/>.</summary>
    /// <param name="s">The text.</param>
    /// <exception cref="FormatException">It is not the text of a token.</exception>
    public static CausalToken Parse(string s) => Parse(s, null);

    /// <inheritdoc cref="Parse(string)"/>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    public static CausalToken Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, provider, out var token)
            ? token
            : throw new FormatException($"\"{(s.Length > 60 ? s[..60] + "…" : s)}\" is not the text of a causal token (CausalToken.ToString()); read without one, or at the primary.");
    }

    /// <inheritdoc cref="Parse(string)"/>
    /// <param name="s">The text.</param>
    /// <param name="result">The token.</param>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out CausalToken result) => TryParse(s, null, out result);

    /// <inheritdoc cref="Parse(string)"/>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The token.</param>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out CausalToken result)
    {
        Span<byte> bytes = stackalloc byte[Size];
        result = null;
        if (s is null || s.Length != Base64Url.GetEncodedLength(Size) || !Base64Url.IsValid(s) || !Base64Url.TryDecodeFromChars(s, bytes, out var written) || written != Size)
            return false;
        if (bytes[0] != FormatVersion || BinaryPrimitives.ReadUInt32BigEndian(bytes[Checked..]) != Checksum(bytes[..Checked]))
            return false;
        result = new CausalToken(BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]), BinaryPrimitives.ReadInt64BigEndian(bytes[9..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[17..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[21..]));
        return result is { Term: >= 0, Timeline: > 0 };
    }

    /// <summary>An opaque text, for <see cref="Parse(string)"/>.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = FormatVersion;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], SystemIdentifier);
        BinaryPrimitives.WriteInt64BigEndian(bytes[9..], Term);
        BinaryPrimitives.WriteInt32BigEndian(bytes[17..], Timeline);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[21..], Lsn);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Checked..], Checksum(bytes[..Checked]));
        return Base64Url.EncodeToString(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(CausalToken? other) =>
        other is not null && SystemIdentifier == other.SystemIdentifier && Term == other.Term && Timeline == other.Timeline && Lsn == other.Lsn;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CausalToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SystemIdentifier, Term, Timeline, Lsn);

    /// <summary>Against a text that was cut off or mistyped.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace HaConnect.Operations.Backups;

/// <summary>The checksums of a manifest: CRC32C, or SHA of 256 to 512 bits.</summary>
internal static class FileChecksum
{
    private const int Part = 1 << 17;

    /// <summary>Whether it is computed here. SHA224 is not: .NET has none.</summary>
    internal static bool IsKnown(string? algorithm) => algorithm is "CRC32C" or "SHA256" or "SHA384" or "SHA512";

    /// <summary>Whether pg_verifybackup holds files to it: to all that pg_basebackup writes, but for none.</summary>
    internal static bool IsKnownToPostgres(string? algorithm) => algorithm is not null;

    /// <returns>In hexadecimal digits; null for an algorithm that is not known here, or none.</returns>
    internal static async Task<string?> OfAsync(Stream stream, string? algorithm, CancellationToken cancellationToken) => algorithm switch
    {
        "CRC32C" => await Crc32CAsync(stream, cancellationToken).ConfigureAwait(false),
        "SHA256" => Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)),
        "SHA384" => Convert.ToHexStringLower(await SHA384.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)),
        "SHA512" => Convert.ToHexStringLower(await SHA512.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)),
        _ => null,
    };

    private static async Task<string> Crc32CAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (crc, buffer, have) = (uint.MaxValue, new byte[Part], 0);
        while ((have = await stream.ReadAtLeastAsync(buffer, Part, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
            crc = Add(crc, buffer.AsSpan(0, have));
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, ~crc); // as the server has it in memory
        return Convert.ToHexStringLower(bytes);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}

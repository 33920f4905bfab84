using System.Buffers.Binary;

namespace HaConnect.Operations.Rejoining;

/// <summary>The data of a record that is about no page. Source: PostgreSQL's xlogrecord.h, the headers before the data.</summary>
internal static class RecordData
{
    private const byte ShortData = 255;
    private const byte LongData = 254;
    private const byte Origin = 253;
    private const byte TopTransaction = 252;

    /// <param name="record">Behind its header.</param>
    /// <returns>Empty where it has other parts as well, or none.</returns>
    internal static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record)
    {
        for (var rest = record; rest.Length > 5;)
        {
            var length = rest[0] switch
            {
                ShortData => rest[1],
                LongData => BinaryPrimitives.ReadUInt32LittleEndian(rest[1..]),
                _ => 0u,
            };
            if (length > 0)
                return length <= (uint)rest.Length ? record[^(int)length..] : [];
            if (rest[0] is not (Origin or TopTransaction))
                return [];
            rest = rest[(rest[0] == Origin ? 3 : 5)..];
        }

        return [];
    }
}

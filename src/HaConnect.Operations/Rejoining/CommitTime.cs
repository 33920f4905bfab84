using System.Buffers.Binary;

namespace HaConnect.Operations.Rejoining;

/// <summary>The time in a record of a commit. Sources: PostgreSQL's xlogrecord.h (the headers before the data) and xact.h (xl_xact_commit, which begins with it).</summary>
internal static class CommitTime
{
    private const byte ShortData = 255;
    private const byte LongData = 254;
    private const byte Origin = 253;
    private const byte TopTransaction = 252;

    /// <summary>Of the server's clock: microseconds since this moment.</summary>
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="record">Behind its header.</param>
    /// <returns>Null where it has parts that a commit has not.</returns>
    internal static DateTimeOffset? Of(ReadOnlySpan<byte> record)
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
                return length >= 8 && length <= (uint)rest.Length ? s_epoch.AddMicroseconds(BinaryPrimitives.ReadInt64LittleEndian(record[^(int)length..])) : null;
            if (rest[0] is not (Origin or TopTransaction))
                return null;
            rest = rest[(rest[0] == Origin ? 3 : 5)..];
        }

        return null;
    }
}

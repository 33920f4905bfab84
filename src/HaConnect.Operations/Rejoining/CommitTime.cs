using System.Buffers.Binary;

namespace HaConnect.Operations.Rejoining;

/// <summary>The time in a record of a commit. Source: PostgreSQL's xact.h (xl_xact_commit, which begins with it).</summary>
internal static class CommitTime
{
    /// <summary>Of the server's clock: microseconds since this moment.</summary>
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="record">Behind its header.</param>
    /// <returns>Null where it has parts that a commit has not.</returns>
    internal static DateTimeOffset? Of(ReadOnlySpan<byte> record) => RecordData.Of(record) is { Length: >= 8 } data ? s_epoch.AddMicroseconds(BinaryPrimitives.ReadInt64LittleEndian(data)) : null;
}

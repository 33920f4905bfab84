using System.Buffers.Binary;

namespace HaConnect.Operations.Rejoining;

/// <summary>A record of the transactions that run. Source: PostgreSQL's standbydefs.h, xl_running_xacts: two counts, a flag, then the ids of the next and of the oldest one.</summary>
internal static class RunningTransactions
{
    private const int Length = 24;
    private const int Oldest = 16;

    /// <param name="record">Behind its header.</param>
    /// <returns>The oldest that runs, or the next one's id where none does; null where the record is none of these.</returns>
    internal static uint? OldestOf(ReadOnlySpan<byte> record) => RecordData.Of(record) is { Length: >= Length } data ? BinaryPrimitives.ReadUInt32LittleEndian(data[Oldest..]) : null;
}

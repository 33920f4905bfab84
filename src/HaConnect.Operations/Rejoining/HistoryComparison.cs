using System.Buffers.Binary;

namespace HaConnect.Operations.Rejoining;

/// <summary>
/// Whether two servers have written one history, as their WAL shows. A timeline's number proves nothing, and neither do equal history files: two
/// nodes promoted from one parent take the same number, and at the same position the same history (docs/adr/0040).
/// </summary>
internal sealed class HistoryComparison(ServerWal node, ServerWal primary, WalGeometry geometry)
{
    /// <summary>How far back is looked for a record with the time of day; the first is nearly always enough.</summary>
    private static readonly int[] s_lengths = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

    private const int LongestFirstRecord = 8192;

    /// <summary>How many stretches both have according to their history files: the same numbers that began at the same positions.</summary>
    internal int Common { get; } = node.History.Zip(primary.History).TakeWhile(p => (p.First.Timeline, p.First.Begin) == (p.Second.Timeline, p.Second.Begin)).Count();

    /// <summary>Null where the WAL that could show it is gone on one side, or has no record that only one server can have written.</summary>
    /// <param name="stretch">One of the common ones.</param>
    /// <param name="upTo">Where the first of the two leaves it, or ends.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<bool?> SharesAsync(int stretch, ulong upTo, CancellationToken cancellationToken)
    {
        var begin = node.History[stretch].Begin;
        var sameBeginning = begin == 0 ? null : await HaveSameBeginningAsync(stretch, begin, cancellationToken).ConfigureAwait(false);
        if (sameBeginning is false)
            return false;

        // Files of this timeline begin with the one in which it began.
        var floor = geometry.SegmentOf(begin) * (ulong)geometry.SegmentSize;
        foreach (var length in s_lengths)
        {
            var from = Math.Max(floor, upTo > (ulong)length ? geometry.PageOf(upTo - (ulong)length) : 0);
            var same = await AreSameAsync(stretch, from, upTo, cancellationToken).ConfigureAwait(false);
            if (same is null && geometry.SegmentOf(from) < geometry.SegmentOf(upTo - 1))
            {
                from = geometry.SegmentOf(upTo - 1) * (ulong)geometry.SegmentSize;
                same = await AreSameAsync(stretch, from, upTo, cancellationToken).ConfigureAwait(false);
                floor = from;
            }

            if (same is null)
                break;
            if (same is false || await HasTimeAsync(stretch, from, upTo, cancellationToken).ConfigureAwait(false))
                return same;
            if (from == floor)
                break;
        }

        return sameBeginning;
    }

    /// <summary>A timeline begins with a record that has the time in microseconds, or with a checkpoint; its checksum stands for all of it.</summary>
    private async Task<bool?> HaveSameBeginningAsync(int stretch, ulong begin, CancellationToken cancellationToken)
    {
        var reader = node.ReaderOf(stretch);
        WalRecord? first = null;
        await reader.ReadAsync(begin, begin + 1, r => first ??= r, leavesRemains: true, cancellationToken).ConfigureAwait(false);
        if (first is not { IsEndOfRecovery: true } record)
            return null;
        if (await node.ReadAsync(stretch, record.Position, sizeof(uint), cancellationToken).ConfigureAwait(false) is not { } head || BinaryPrimitives.ReadUInt32LittleEndian(head) is var length && length > LongestFirstRecord)
            return null;
        return await AreSameAsync(stretch, record.Position, record.Position + length, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool?> AreSameAsync(int stretch, ulong from, ulong upTo, CancellationToken cancellationToken)
    {
        if (await node.ReadAsync(stretch, from, (int)(upTo - from), cancellationToken).ConfigureAwait(false) is not { } mine)
            return null;
        return await primary.ReadAsync(stretch, from, (int)(upTo - from), cancellationToken).ConfigureAwait(false) is { } theirs ? mine.AsSpan().SequenceEqual(theirs) : null;
    }

    private async Task<bool> HasTimeAsync(int stretch, ulong from, ulong upTo, CancellationToken cancellationToken)
    {
        var reader = node.ReaderOf(stretch);
        var found = false;
        if (await reader.FirstRecordAsync(geometry.PageOf(from), cancellationToken).ConfigureAwait(false) is { } first && first < upTo)
            await reader.ReadAsync(first, upTo, r => found |= r.HasTime, leavesRemains: true, cancellationToken).ConfigureAwait(false);
        return found;
    }
}

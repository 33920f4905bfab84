namespace HaConnect.Operations.Rejoining;

/// <summary>The WAL of a server along its history, as far as it has it.</summary>
internal sealed class ServerWal(IWalFiles files, WalGeometry geometry, IReadOnlyList<TimelineStretch> history)
{
    /// <summary>From its first timeline to the present one.</summary>
    internal IReadOnlyList<TimelineStretch> History => history;

    internal WalReader ReaderOf(int stretch) => new(geometry, (address, cancellationToken) => ReadAsync(stretch, address, geometry.PageSize, cancellationToken));

    /// <summary>
    /// Bytes of a stretch, which may lie in several files; null where one of them is gone. A promoted node copies what comes before the fork into the
    /// first file of its new timeline, so that it is there as well.
    /// </summary>
    internal async Task<byte[]?> ReadAsync(int stretch, ulong from, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var position = from + (ulong)done;
            var part = Math.Min(length - done, geometry.SegmentSize - geometry.OffsetOf(position));
            byte[]? read = null;
            for (var s = history.Count - 1; s >= stretch && read is null; s--)
            {
                if (s == stretch || (position < history[stretch].End && geometry.SegmentOf(history[s].Begin) == geometry.SegmentOf(position)))
                    read = await files.ReadAsync(geometry.FileOf(history[s].Timeline, geometry.SegmentOf(position)), geometry.OffsetOf(position), part, cancellationToken).ConfigureAwait(false);
            }

            if (read is null)
                return null;
            read.CopyTo(bytes, done);
            done += part;
        }

        return bytes;
    }
}

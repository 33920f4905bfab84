using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>Reads archived WAL record by record.</summary>
internal sealed class ArchiveReader(ArchiveContents contents, WalCoverage coverage)
{
    /// <summary>An idle server fills segments without a commit: so far back a commit is looked for.</summary>
    internal const int MostSegments = 64;

    /// <summary>So far behind that, a look at the running transactions.</summary>
    private const int MostBehind = 2;

    private readonly WalGeometry _geometry = contents.Geometry;
    private (ulong Number, byte[]? Bytes) _open = (ulong.MaxValue, null);

    /// <summary>The newest commit before the first gap, and up to which id all transactions had ended.</summary>
    internal async Task<RecoveryPoint> FindRecoveryPointAsync(CancellationToken cancellationToken)
    {
        var (least, end) = (coverage.End - Math.Min(coverage.End - coverage.Begin, MostSegments), coverage.End);
        var (newest, ended) = (RecoveryPoint.None, new EndedTransactions());
        for (var segment = end; segment-- > least && !(newest.CommittedAt is not null && ended.Before is not null);)
        {
            WalRecord? commit = null;
            await ReadSegmentAsync(segment, r =>
            {
                if (r.CommittedAt is not null && !(r.CommittedAt < commit?.CommittedAt))
                    commit = r;
                ended.Take(r);
            }, cancellationToken).ConfigureAwait(false);
            ended.GoBack();
            if (newest.CommittedAt is null && commit is { } found)
            {
                newest = new(found.CommittedAt, found.Position, null);
                least = Math.Max(least, segment - Math.Min(segment, MostBehind));
            }
        }

        return newest with { EndedBefore = ended.Before };
    }

    /// <summary>Every record from a place to the first gap: why that is not sound WAL, with the segment; null where it is.</summary>
    internal async Task<(string Segment, string Problem)?> FindDamageAsync(ulong from, CancellationToken cancellationToken)
    {
        var end = await Reader(ulong.MaxValue).ReadAsync(from, null, static _ => { }, leavesRemains: false, cancellationToken).ConfigureAwait(false);
        return end.Doubt is { } doubt ? (coverage.FileAt(Math.Min(_geometry.SegmentOf(end.Position), coverage.End - 1), _geometry), doubt) : null;
    }

    private async Task ReadSegmentAsync(ulong segment, Action<WalRecord> take, CancellationToken cancellationToken)
    {
        var begin = segment * (ulong)_geometry.SegmentSize;
        var reader = Reader(segment + 1); // into which its last record goes on
        if (await reader.FirstRecordAsync(begin, cancellationToken).ConfigureAwait(false) is not { } first || _geometry.SegmentOf(first) != segment)
            return;
        await reader.ReadAsync(first, null, r =>
        {
            if (_geometry.SegmentOf(r.Position) == segment)
                take(r);
        }, leavesRemains: true, cancellationToken).ConfigureAwait(false);
    }

    private WalReader Reader(ulong lastSegment) => new(_geometry, (address, cancellationToken) => PageAsync(address, lastSegment, cancellationToken));

    private async Task<byte[]?> PageAsync(ulong address, ulong lastSegment, CancellationToken cancellationToken)
    {
        var number = _geometry.SegmentOf(address);
        if (number < coverage.Begin || number >= coverage.End || number > lastSegment)
            return null;
        if (_open.Number != number)
            _open = (number, await BytesOfAsync(number, cancellationToken).ConfigureAwait(false));
        var offset = _geometry.OffsetOf(address);
        return _open.Bytes is { } bytes && bytes.Length >= offset + _geometry.PageSize ? bytes[offset..(offset + _geometry.PageSize)] : null;
    }

    private async Task<byte[]?> BytesOfAsync(ulong number, CancellationToken cancellationToken)
    {
        if (!contents.Files.TryGetValue(coverage.FileAt(number, _geometry), out var file))
            return null;
        try
        {
            return await contents.Archive.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return null; // told where segments are examined
        }
    }
}

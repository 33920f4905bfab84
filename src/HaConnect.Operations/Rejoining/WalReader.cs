using System.Buffers.Binary;
using System.Numerics;
using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>
/// Reads the WAL record by record, each held to its checksum, and says whether where it ends is the end. Not by pg_waldump, which takes damaged
/// WAL, or WAL of another major version, for the end. Sources: PostgreSQL's xlogrecord.h, xlog_internal.h and xlogreader.c; by these
/// the layout of pages and record headers is the same from 9.5 to 18, and where it is not no checksum fits, which is told as a doubt.
/// </summary>
/// <param name="geometry">How the WAL lies in files.</param>
/// <param name="readPage">The page at an address; null where there is none.</param>
internal sealed class WalReader(WalGeometry geometry, Func<ulong, CancellationToken, Task<byte[]?>> readPage)
{
    private const int Header = 24;
    private const int LongPageHeader = 40; // the first page of each file
    private const int PageHeader = 24;
    private const ushort FirstIsContinued = 1;
    private const ushort FirstIsOverwritten = 8;
    private const uint LongestRecord = 1020 * 1024 * 1024;

    private readonly byte[] _header = new byte[Header];
    private byte[] _record = new byte[1 << 16];
    private (ulong Address, byte[]? Page) _last = (ulong.MaxValue, null);

    /// <summary>From a position at which a record begins, until one at which another begins, or as far as there are any.</summary>
    /// <param name="from">Just behind a record.</param>
    /// <param name="until">Null for all.</param>
    /// <param name="take">Is given each record.</param>
    /// <param name="leavesRemains">
    /// Whether what lies behind the last record may be anything: a standby writes into files that were used before, while a primary clears each page first.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<WalEnd> ReadAsync(ulong from, ulong? until, Action<WalRecord> take, bool leavesRemains, CancellationToken cancellationToken)
    {
        var (position, previous) = (from, 0UL);
        while (until is null || position < until)
        {
            var end = position;
            if (position % (ulong)geometry.PageSize == 0)
            {
                if (await PageAsync(position, cancellationToken).ConfigureAwait(false) is not { } page)
                    return until is { } far ? Short(end, far) : await EndAsync(end, position, null, cancellationToken).ConfigureAwait(false);
                if (Flags(page).HasFlag(FirstIsContinued))
                    return new(end, $"the record before {Text(end)} goes on behind its end");
                position += HeaderOf(position);
            }

            var (record, next, problem, missing) = await RecordAsync(position, previous, cancellationToken).ConfigureAwait(false);
            if (record is { } whole)
            {
                take(whole);
                (previous, position) = (whole.Position, next);
                continue;
            }

            if (problem == Problem.Overwritten)
            {
                (previous, position) = (0, next); // a crash left it incomplete; the server went on behind it
                continue;
            }

            if (until is { } wanted)
                return Short(end, wanted);
            var doubt = problem switch
            {
                Problem.Broken => $"a record at {Text(position)} is damaged",
                Problem.Remains when !leavesRemains => $"at {Text(position)} is something that is no record",
                _ => null,
            };
            return await EndAsync(end, missing ?? geometry.PageOf(position), doubt, cancellationToken).ConfigureAwait(false);
        }

        return position == until ? new(position, null) : new(position, $"no record begins at {Text(until.Value)}");
    }

    /// <summary>The first record that begins on this page or behind it; null where that cannot be told.</summary>
    internal async Task<ulong?> FirstRecordAsync(ulong page, CancellationToken cancellationToken)
    {
        for (; await PageAsync(page, cancellationToken).ConfigureAwait(false) is { } bytes; page += (ulong)geometry.PageSize)
        {
            ulong rest = Flags(bytes).HasFlag(FirstIsContinued) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)) : 0;
            if (rest <= (ulong)geometry.PageSize - HeaderOf(page))
                return page + HeaderOf(page) + Aligned(rest);
        }

        return null;
    }

    private async Task<(WalRecord? Record, ulong Next, Problem Problem, ulong? Missing)> RecordAsync(ulong position, ulong previous, CancellationToken cancellationToken)
    {
        var page = geometry.PageOf(position);
        if (await PageAsync(page, cancellationToken).ConfigureAwait(false) is not { } bytes)
            return (null, 0, Problem.None, page);
        var offset = (int)(position - page);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
        if (length == 0 && !bytes.AsSpan(offset).ContainsAnyExcept((byte)0))
            return (null, 0, Problem.None, null);
        if (length is < Header or > LongestRecord)
            return (null, 0, Problem.Remains, null);
        var have = Math.Min((int)length, bytes.Length - offset);
        bytes.AsSpan(offset, have).CopyTo(_record);
        if (have >= 16 && IsOutOfOrder(previous))
            return (null, 0, Problem.Remains, null);
        var end = position + (ulong)have;
        while (have < length)
        {
            page += (ulong)geometry.PageSize;
            if (await PageAsync(page, cancellationToken).ConfigureAwait(false) is not { } more)
                return (null, 0, Problem.None, page);
            if (Flags(more).HasFlag(FirstIsOverwritten))
                return (null, page + HeaderOf(page), Problem.Overwritten, null);
            if (!Flags(more).HasFlag(FirstIsContinued) || BinaryPrimitives.ReadUInt32LittleEndian(more.AsSpan(16)) != length - have)
                return (null, 0, Problem.Broken, null);
            var part = Math.Min((int)length - have, more.Length - (int)HeaderOf(page));
            if (_record.Length < have + part)
                Array.Resize(ref _record, Math.Max(_record.Length * 2, have + part));
            more.AsSpan((int)HeaderOf(page), part).CopyTo(_record.AsSpan(have));
            have += part;
            end = page + HeaderOf(page) + (ulong)part;
        }

        if (IsOutOfOrder(previous))
            return (null, 0, Problem.Remains, null);
        if (Checksum((int)length) != BinaryPrimitives.ReadUInt32LittleEndian(_record.AsSpan(20)))
            return (null, 0, Problem.Broken, null);
        var record = new WalRecord(position, _record[17], _record[16]) { TransactionId = BinaryPrimitives.ReadUInt32LittleEndian(_record.AsSpan(4)) };
        if (record.IsCommit)
            record = record with { CommittedAt = CommitTime.Of(_record.AsSpan(Header, (int)length - Header)) };
        else if (record.IsRunningTransactions)
            record = record with { OldestRunning = RunningTransactions.OldestOf(_record.AsSpan(Header, (int)length - Header)) };
        var next = Aligned(end);
        if (record.IsSwitch && next % (ulong)geometry.SegmentSize != 0)
            next = (geometry.SegmentOf(next) + 1) * (ulong)geometry.SegmentSize;
        return (record, next, Problem.None, null);
    }

    private bool IsOutOfOrder(ulong previous) => previous != 0 && BinaryPrimitives.ReadUInt64LittleEndian(_record.AsSpan(8)) != previous;

    /// <summary>WAL is written in its order: pages behind the end would say that it is none.</summary>
    private async Task<WalEnd> EndAsync(ulong end, ulong lastLookedAt, string? doubt, CancellationToken cancellationToken)
    {
        if (doubt is not null)
            return new(end, doubt);
        var page = lastLookedAt + (ulong)geometry.PageSize;
        for (; geometry.SegmentOf(page) == geometry.SegmentOf(lastLookedAt); page += (ulong)geometry.PageSize)
        {
            if (await PageAsync(page, cancellationToken).ConfigureAwait(false) is not null)
                return new(end, $"no record can be read at {Text(end)}, but there is more WAL at {Text(page)}");
        }

        for (var segment = geometry.SegmentOf(page); segment < geometry.SegmentOf(page) + 2; segment++)
        {
            if (await PageAsync(segment * (ulong)geometry.SegmentSize, cancellationToken).ConfigureAwait(false) is not null)
                return new(end, $"no record can be read at {Text(end)}, but there is more WAL at {Text(segment * (ulong)geometry.SegmentSize)}");
        }

        return new(end, null);
    }

    private static WalEnd Short(ulong end, ulong wanted) => new(end, $"it can be read up to {Text(end)} only, and not up to {Text(wanted)}");

    /// <summary>Null also where the file holds another page there, of the time before it was used anew.</summary>
    private async Task<byte[]?> PageAsync(ulong address, CancellationToken cancellationToken)
    {
        if (_last.Address != address)
        {
            var page = await readPage(address, cancellationToken).ConfigureAwait(false);
            _last = (address, page is not null && BinaryPrimitives.ReadUInt16LittleEndian(page) != 0 && BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(8)) == address ? page : null);
        }

        return _last.Page;
    }

    private ulong HeaderOf(ulong page) => page % (ulong)geometry.SegmentSize == 0 ? (ulong)LongPageHeader : PageHeader;

    private static PageFlags Flags(byte[] page) => new(BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(2)));

    private static ulong Aligned(ulong position) => (position + 7) & ~7UL;

    /// <summary>CRC-32C of what follows the header, and then of the header without its checksum.</summary>
    private uint Checksum(int length)
    {
        _record.AsSpan(0, Header).CopyTo(_header);
        return ~Add(Add(uint.MaxValue, _record.AsSpan(Header, length - Header)), _header.AsSpan(0, 20));

        static uint Add(uint crc, ReadOnlySpan<byte> bytes)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            foreach (var b in bytes)
                crc = BitOperations.Crc32C(crc, b);
            return crc;
        }
    }

    private static string Text(ulong position) => new NpgsqlLogSequenceNumber(position).ToString();

    private readonly record struct PageFlags(ushort Value)
    {
        internal bool HasFlag(ushort flag) => (Value & flag) != 0;
    }

    private enum Problem
    {
        /// <summary>There is nothing more.</summary>
        None,

        /// <summary>Bytes that are no record, as a file that was used before has them.</summary>
        Remains,

        /// <summary>A record that is there as a whole, and does not fit its checksum.</summary>
        Broken,

        /// <summary>A record that a crash left incomplete, with WAL behind it.</summary>
        Overwritten,
    }
}

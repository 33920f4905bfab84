namespace HaConnect.Operations.Auditing;

/// <summary>What a segment holds, up to its last record that chains.</summary>
internal sealed record SegmentScan
{
    /// <summary>The last record; null where there is none.</summary>
    internal ScannedLine? Last { get; private init; }

    internal long Lines { get; private init; }

    /// <summary>Bytes up to the end of <see cref="Last"/>.</summary>
    internal long Length { get; private init; }

    /// <summary>Bytes behind it.</summary>
    internal long Excess { get; private init; }

    internal DateTimeOffset? FirstAt { get; private init; }

    /// <summary>The hash of the record that the head names, where it is here.</summary>
    private string? HashAtHead { get; init; }

    internal bool Contradicts(AuditHead head) => HashAtHead is { } hash && hash != head.Hash;

    internal static SegmentScan Of(SegmentFile segment, AuditHead? head)
    {
        var bytes = segment.ReadAll();
        ScannedLine? last = null;
        var (lines, good, length) = (0L, 0L, 0L);
        DateTimeOffset? firstAt = null;
        string? hashAtHead = null;
        foreach (var (line, offset, isEnded) in LineSplitter.Split(bytes))
        {
            lines++;
            if (!isEnded || LineCodec.Read(line.Span) is not { IsGenuine: true, Line: { } read } reading)
                continue;

            // What does not chain, or comes after something that is no record, counts only where it was there when the head was written.
            var chains = last is null ? good == 0 && lines == 1 : read.Seq == last.Line.Seq + 1 && read.Prev == last.Hash && lines == good + 1;
            if (!chains && !(read.Seq <= head?.Seq && read.Seq > (last?.Line.Seq ?? 0)))
                continue;
            (last, good, length) = (new ScannedLine(read, reading.Hash), lines, offset + line.Length + 1);
            firstAt ??= read.At;
            if (read.Seq == head?.Seq)
                hashAtHead = reading.Hash;
        }

        return new SegmentScan { Last = last, Lines = good, Length = length, Excess = bytes.Length - length, FirstAt = firstAt, HashAtHead = hashAtHead };
    }
}

using System.Globalization;

namespace HaConnect.Operations.Auditing;

/// <summary>Where a chain goes on when its folder is opened, and what was found there that is not as a writer leaves it.</summary>
/// <param name="Last">The record that the next one chains on.</param>
/// <param name="Segment">The number of the segment to write.</param>
/// <param name="Length">How many bytes of it are kept.</param>
/// <param name="Lines">How many lines these are.</param>
/// <param name="FirstAt">When the first of them was written.</param>
/// <param name="Found">What was found, as a sentence for the chain; null where all is well.</param>
internal sealed record ChainTail(AuditHead Last, int Segment, long Length, long Lines, DateTimeOffset? FirstAt, string? Found)
{
    /// <summary>
    /// Bytes behind the last record are cut off only where the head does not cover them: no Write has returned for these. Whatever the head covers
    /// was written whole once; it is left for a verifier to find, and the chain goes on behind the head in a segment of its own.
    /// </summary>
    internal static ChainTail Find(string folder, Func<string> newChain)
    {
        var segments = SegmentFile.List(folder);
        var (head, headProblem) = HeadFile.Read(folder);
        if (segments.Count == 0)
        {
            return head is null or { Seq: 0 }
                ? new ChainTail(head ?? new AuditHead(newChain(), 0, LineCodec.NoHash), 1, 0, 0, null, null)
                : new ChainTail(head, 1, 0, 0, null, string.Create(CultureInfo.InvariantCulture, $"the head says {head.Seq}, but there is no segment any more"));
        }

        var scan = SegmentScan.Of(segments[^1], head);
        var last = scan.Last ?? (segments.Count > 1 ? SegmentScan.Of(segments[^2], head).Last : null);
        var lastHead = last is null ? null : new AuditHead(last.Line.Chain, last.Line.Seq, last.Hash);
        var next = segments[^1].Number + 1;
        if (head is not null && (lastHead is null ? head.Seq > 0 : head.Seq > lastHead.Seq || scan.Contradicts(head)))
        {
            return new ChainTail(head, next, 0, 0, null, string.Create(CultureInfo.InvariantCulture,
                $"the head says {head.Seq} {head.Hash}, but the records do not lead there; they end at {lastHead?.Seq ?? 0} in {segments[^1].Name}. Nothing of them was changed; the chain goes on behind the head"));
        }

        lastHead ??= head ?? new AuditHead(newChain(), 0, LineCodec.NoHash);
        var missing = head is null ? $"the head was {(headProblem is null ? "missing" : "unreadable: " + headProblem)}; the chain goes on behind its last record" : null;
        if (scan.Last?.Line.Upkeep == UpkeepKind.Sealed)
            return new ChainTail(lastHead, next, 0, 0, null, Join(missing, scan.Excess > 0 ? string.Create(CultureInfo.InvariantCulture, $"{scan.Excess} bytes are behind the seal of {segments[^1].Name}") : null));
        return new ChainTail(lastHead, segments[^1].Number, scan.Length, scan.Lines, scan.FirstAt,
            Join(missing, scan.Excess > 0 ? string.Create(CultureInfo.InvariantCulture, $"{scan.Excess} bytes of a record that was not finished were cut off") : null));
    }

    private static string? Join(string? one, string? other) => one is null ? other : other is null ? one : $"{one}; {other}";
}

namespace HaConnect.Operations.Auditing;

/// <summary>Which segment is to be removed. Only whole ones, sealed, the oldest first; a damaged one is kept until somebody has looked at it.</summary>
internal static class Retention
{
    /// <summary>The next, with its seal; null where none is due.</summary>
    internal static (SegmentFile Segment, ScannedLine Seal)? NextOf(string folder, int current, AuditFileOptions options, DateTimeOffset now, long keepFrom)
    {
        if (options.MaxAge is null && options.MaxTotalBytes is null)
            return null;
        var segments = SegmentFile.List(folder);
        if (segments.Count == 0 || segments[0].Number >= current)
            return null;
        var scan = SegmentScan.Of(segments[0], head: null);
        if (scan is not { Last: { Line.Upkeep: UpkeepKind.Sealed } seal, Excess: 0 } || seal.Line.Seq >= keepFrom)
            return null;
        var isOld = options.MaxAge is { } age && now - seal.Line.At > age;
        var isTooMuch = options.MaxTotalBytes is { } bytes && segments.Sum(s => new FileInfo(s.Path).Length) > bytes;
        return isOld || isTooMuch ? (segments[0], seal) : null;
    }
}

namespace HaConnect.Operations.Auditing;

/// <summary>What stands at a line of a file, without its text: a trail can be large.</summary>
internal sealed record PlacedLine(string File, long Line)
{
    internal bool IsEnded { get; init; }

    internal int Bytes { get; init; }

    /// <summary>Null where it cannot be read.</summary>
    internal string? Chain { get; init; }

    internal long Seq { get; init; }

    internal string Prev { get; init; } = "";

    internal string Hash { get; init; } = "";

    internal bool IsGenuine { get; init; }

    /// <summary>A removal: the last record of the segment.</summary>
    internal (long Seq, string Hash)? Removal { get; init; }

    /// <summary>Why it cannot be read.</summary>
    internal string? Problem { get; init; }

    internal static PlacedLine Of(string file, long number, ReadOnlySpan<byte> bytes, bool isEnded)
    {
        var reading = LineCodec.Read(bytes);
        return new PlacedLine(file, number)
        {
            IsEnded = isEnded,
            Bytes = bytes.Length,
            Chain = reading.Line?.Chain,
            Seq = reading.Line?.Seq ?? 0,
            Prev = reading.Line?.Prev ?? "",
            Hash = reading.Hash,
            IsGenuine = reading.IsGenuine,
            Removal = reading is { IsGenuine: true, Line: { Upkeep: UpkeepKind.Removed, LastSeq: { } seq, LastHash: { } hash } } ? (seq, hash) : null,
            Problem = reading.Problem,
        };
    }
}

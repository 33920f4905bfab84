using HaConnect.Operations.Auditing;

namespace HaConnect.Operations;

/// <summary>
/// Verifies audit trails: finds what was edited, removed, put in, moved or cut off since it was written, and says where. It cannot tell where somebody has
/// written the whole chain anew, the head too: give it a head that was kept elsewhere for that (<see cref="AuditFile.Head"/>, the copy in the
/// cluster, the log). docs/operations/audit.md.
/// </summary>
public static class AuditVerifier
{
    private const int MostTries = 100;

    /// <summary>Verifies a folder; a process may be writing it.</summary>
    /// <param name="folder">The folder of an <see cref="AuditFile"/>.</param>
    /// <param name="expected">Heads of this chain that are known from elsewhere; each must be found in it, as far as retention has not removed it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">It cannot be read; or its retention removes segments faster than they are read.</exception>
    public static AuditVerification VerifyFolder(string folder, params IReadOnlyList<AuditHead> expected)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(expected);

        var (head, problem, lines) = Read(folder);
        var problems = new List<AuditProblem>();
        if (head is null && (problem is not null || lines.Count > 0))
            problems.Add(new AuditProblem(problem is null ? AuditProblemKind.Removed : AuditProblemKind.Unreadable, HeadFile.Name, 1, null, problem ?? "the head is missing: whether the end was cut off cannot be told"));
        return Verify(lines, head is null ? expected : [head, .. expected], problems, SegmentFile.NameOf(1));
    }

    /// <exception cref="IOException">Retention removes segments faster than they are read.</exception>
    private static (AuditHead? Head, string? Problem, IReadOnlyList<PlacedLine> Lines) Read(string folder)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            // The head first: what is written meanwhile lies behind it.
            var (head, problem) = HeadFile.Read(folder);
            if (TryRead(SegmentFile.List(folder)) is { } lines)
                return (head, problem, lines);
        }

        throw new IOException($"The audit folder {folder} cannot be verified: each time its segments were read one of them was removed meanwhile. Give retention (AuditFileOptions.MaxAge, MaxTotalBytes) more room.");
    }

    /// <summary>
    /// Null where retention removes a segment meanwhile: the record of that removal can be in a segment that is newer than the list, and what was written
    /// between is in neither, so that all is read anew.
    /// </summary>
    internal static IReadOnlyList<PlacedLine>? TryRead(IReadOnlyList<SegmentFile> segments)
    {
        var lines = new List<PlacedLine>();
        foreach (var segment in segments)
        {
            var number = 0L;
            try
            {
                foreach (var (bytes, _, isEnded) in LineSplitter.Split(segment.ReadAll()))
                    lines.Add(PlacedLine.Of(segment.Name, ++number, bytes.Span, isEnded));
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }

        return lines;
    }

    /// <param name="lines">All lines in their order.</param>
    /// <param name="heads">What must be found in them.</param>
    /// <param name="before">Problems that are known already.</param>
    /// <param name="place">Where the lines would be, if there are none.</param>
    internal static AuditVerification Verify(IReadOnlyList<PlacedLine> lines, IReadOnlyList<AuditHead> heads, IReadOnlyList<AuditProblem> before, string place)
    {
        var chain = heads.Count > 0 ? heads[0].Chain : lines.FirstOrDefault(l => l.IsGenuine)?.Chain;
        if (chain is null)
            return new AuditVerification { Problems = [.. before, .. lines.Where(l => l.Problem is not null).Select(l => new AuditProblem(AuditProblemKind.Unreadable, l.File, l.Line, null, l.Problem!))] };
        var walk = ChainWalk.Along(chain, lines, heads.Where(h => h.Chain == chain).Select(h => h.Seq).DefaultIfEmpty().Max());
        var (file, line) = lines.Count > 0 ? (lines[^1].File, lines[^1].Line + 1) : (place, 1);
        return new AuditVerification
        {
            Chain = chain,
            First = walk.First,
            Last = walk.Last,
            Records = walk.Records,
            UnfinishedBytes = walk.UnfinishedBytes,
            Problems = [.. before, .. walk.Problems, .. HeadCheck.Problems(walk, lines, heads, file, line)],
        };
    }
}

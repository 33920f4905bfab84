using System.Globalization;

namespace HaConnect.Operations.Auditing;

/// <summary>Whether a chain leads through the heads that it must lead through. Pure.</summary>
internal static class HeadCheck
{
    /// <param name="walk">What was found along the chain.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="heads">What must be found in them.</param>
    /// <param name="file">Where the next record would be.</param>
    /// <param name="line">The line there.</param>
    internal static IEnumerable<AuditProblem> Problems(ChainWalk walk, IReadOnlyList<PlacedLine> lines, IReadOnlyList<AuditHead> heads, string file, long line)
    {
        foreach (var head in heads.Where(h => h.Chain != walk.Last.Chain))
            yield return new AuditProblem(AuditProblemKind.Foreign, HeadFile.Name, 1, head.Seq, $"a head of the chain {head.Chain} is expected, and this is {walk.Last.Chain}");

        var own = heads.Where(h => h.Chain == walk.Last.Chain && h.Seq > 0).ToList();
        var first = walk.Last.Seq + walk.Bad + 1; // lines that are no records can stand for some, and are told of already
        if (own.MaxBy(h => h.Seq) is { } furthest && furthest.Seq >= first)
        {
            yield return new AuditProblem(AuditProblemKind.Truncated, file, line, first, string.Create(CultureInfo.InvariantCulture,
                $"the chain ends with record {walk.Last.Seq}, but record {furthest.Seq} was written"));
        }

        var wanted = own.Select(h => h.Seq).ToHashSet();
        var there = lines.Where(l => l.IsGenuine && l.Chain == walk.Last.Chain && wanted.Contains(l.Seq)).ToLookup(l => l.Seq);
        foreach (var head in own)
        {
            if (there[head.Seq].FirstOrDefault() is { } found && there[head.Seq].All(l => l.Hash != head.Hash))
                yield return new AuditProblem(AuditProblemKind.Edited, found.File, found.Line, head.Seq, $"it has not the hash {head.Hash} that is known of it");
        }
    }
}

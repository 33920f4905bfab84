using System.Globalization;

namespace HaConnect.Operations.Auditing;

/// <summary>
/// Goes along the lines of a chain and says what is wrong where. After something that is wrong it goes on with what follows, so that one act is
/// told once as far as that can be. Pure.
/// </summary>
internal sealed class ChainWalk
{
    private readonly string _chain;
    private readonly List<AuditProblem> _problems = [];
    private readonly HashSet<long> _present;
    private readonly HashSet<(long Seq, string Hash)> _seen = [];
    private readonly HashSet<(long Seq, string Hash)> _removals;
    private readonly List<(long From, long To)> _gaps = [];
    private long _seq;
    private string _hash = LineCodec.NoHash;
    private string? _otherHash; // of a second record with the same number: the next one may chain on either
    private long _bad; // since the last record

    private ChainWalk(string chain, IReadOnlyList<PlacedLine> lines)
    {
        _chain = chain;
        var own = lines.Where(l => l.IsGenuine && l.Chain == chain).ToList();
        _present = [.. own.Select(l => l.Seq)];
        _removals = [.. own.Select(l => l.Removal).OfType<(long, string)>()];
    }

    internal IReadOnlyList<AuditProblem> Problems => _problems;

    internal long? First { get; private set; }

    internal long Records { get; private set; }

    internal long UnfinishedBytes { get; private set; }

    /// <summary>The last record; number 0 where there is none.</summary>
    internal AuditHead Last => new(_chain, _seq, _hash);

    /// <summary>Lines at the end that are no records, and may stand for some.</summary>
    internal long Bad => _bad;

    /// <param name="chain">Whose records are looked for.</param>
    /// <param name="lines">All lines in their order.</param>
    /// <param name="coveredUpTo">Up to which number a record was whole once.</param>
    internal static ChainWalk Along(string chain, IReadOnlyList<PlacedLine> lines, long coveredUpTo)
    {
        var walk = new ChainWalk(chain, lines);
        for (var i = 0; i < lines.Count; i++)
            walk.Take(lines[i], isLast: i == lines.Count - 1, coveredUpTo);
        return walk;
    }

    private void Take(PlacedLine line, bool isLast, long coveredUpTo)
    {
        if (!line.IsEnded && isLast && (line.IsGenuine ? line.Seq : _seq + _bad + 1) > coveredUpTo)
        {
            UnfinishedBytes = line.Bytes;
            return;
        }

        if (line.Problem is { } problem)
            TakeBad(line, AuditProblemKind.Unreadable, _seq + _bad + 1, problem);
        else if (!line.IsGenuine)
            TakeBad(line, AuditProblemKind.Edited, line.Seq, "it does not have the hash that it states");
        else if (!line.IsEnded)
            TakeBad(line, AuditProblemKind.Edited, line.Seq, "its line feed is missing");
        else if (line.Chain != _chain)
            Report(AuditProblemKind.Foreign, line, line.Seq, $"it is of the chain {line.Chain}, not of {_chain}");
        else
            TakeGenuine(line);
    }

    private void TakeBad(PlacedLine line, AuditProblemKind kind, long seq, string sentence)
    {
        Report(kind, line, seq, sentence);
        _bad++;
    }

    private void TakeGenuine(PlacedLine line)
    {
        Records++;
        var expected = _seq + 1;
        if (line.Seq < expected)
        {
            TakeLate(line);
            return;
        }

        if (line.Seq > expected)
            TakeGap(line, expected);
        else if (line.Prev != _hash && line.Prev != _otherHash)
            Report(AuditProblemKind.Edited, line, line.Seq, First is null ? "it is the first record, but chains on another" : N($"it does not chain on record {_seq} as that stands there: one of the two was written anew"));
        First ??= line.Seq;
        _seen.Add((line.Seq, line.Hash));
        (_seq, _hash, _otherHash, _bad) = (line.Seq, line.Hash, null, 0);
    }

    /// <summary>Its number has been passed.</summary>
    private void TakeLate(PlacedLine line)
    {
        if (!_seen.Add((line.Seq, line.Hash)))
            Report(AuditProblemKind.Inserted, line, line.Seq, N($"record {line.Seq} is there twice"));
        else if (_gaps.Exists(g => g.From <= line.Seq && line.Seq <= g.To))
            Report(AuditProblemKind.Reordered, line, line.Seq, N($"record {line.Seq} comes after record {_seq}"));
        else
            Report(AuditProblemKind.Inserted, line, line.Seq, N($"there are two records {line.Seq}: this one or the other was put in"));
        if (line.Seq == _seq)
            _otherHash = line.Hash;
    }

    /// <summary>Lines that are no records can stand for what is missing; those are told of already.</summary>
    private void TakeGap(PlacedLine line, long expected)
    {
        var (from, to) = (expected + _bad, line.Seq - 1);
        if (from > to || (First is null && _bad == 0 && _removals.Contains((line.Seq - 1, line.Prev))))
            return;
        _gaps.Add((expected, to));
        var isElsewhere = to - from < _present.Count && Range(from, to).All(_present.Contains);
        Report(isElsewhere ? AuditProblemKind.Reordered : AuditProblemKind.Removed, line, from, isElsewhere
            ? N($"record {line.Seq} stands before {Words(from, to)}")
            : N($"{Words(from, to)} {(from == to ? "is" : "are")} missing before record {line.Seq}, and no removal says so"));
    }

    private void Report(AuditProblemKind kind, PlacedLine line, long? seq, string sentence) => _problems.Add(new AuditProblem(kind, line.File, line.Line, seq, sentence));

    private static IEnumerable<long> Range(long from, long to)
    {
        for (var i = from; i <= to; i++)
            yield return i;
    }

    private static string Words(long from, long to) => from == to ? N($"record {from}") : N($"records {from} to {to}");

    private static string N(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

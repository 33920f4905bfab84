using System.Globalization;
using HaConnect.Operations;

namespace HaConnect.TestApplication;

/// <summary>What killed writers have left, and whether it is as it must be.</summary>
internal sealed class AuditKillTally
{
    private long _returned;
    private int _whileOpening;
    private int _unfinished;
    private int _lost;
    private int _broken;
    private long _highest;
    private AuditVerification? _last;

    internal string? Problem { get; private set; }

    /// <summary>What is wrong; null where nothing is.</summary>
    internal string? Judge(string folder, IReadOnlyList<string> printed)
    {
        _returned += printed.Count;
        _whileOpening += printed.Count == 0 ? 1 : 0;
        var left = AuditVerifier.VerifyFolder(folder);
        _unfinished += left.UnfinishedBytes > 0 ? 1 : 0;
        if (!left.IsIntact)
            return Broken($"before it was opened again: {left}");
        using (AuditFile.Open(folder, AuditWriting.Options))
        {
            // It cuts off what was not finished.
        }

        _last = AuditVerifier.VerifyFolder(folder);
        if (!_last.IsIntact || _last.UnfinishedBytes > 0)
            return Broken($"after it was opened again: {_last}");
        var there = AuditReader.ReadFolder(folder).ToDictionary(e => e.Seq, e => e.Record.Sentence);
        foreach (var line in printed)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (seq, sentence) = (long.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture), line[(space + 1)..]);
            _highest = Math.Max(_highest, seq);
            if (seq >= _last.First && (!there.TryGetValue(seq, out var written) || written != sentence))
                return Lost($"record {seq} is {(written is null ? "lost" : "another one")}, although its Write had returned");
        }

        return _last.Last is { } head && head.Seq < _highest ? Lost($"the chain ends with {head.Seq}, but Write had returned for {_highest}") : null;
    }

    private string Broken(string problem)
    {
        _broken++;
        return Problem = problem;
    }

    private string Lost(string problem)
    {
        _lost++;
        return Problem = problem;
    }

    internal string ToTable(int trials, int seed, TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"""
        kills                              {trials,8}  (seed {seed})
        before the first Write returned    {_whileOpening,8}
        records whose Write had returned   {_returned,8}
        of these lost                      {_lost,8}
        records not finished, cut off      {_unfinished,8}
        first and last record at the end   {_last?.First,8}, {_last?.Last?.Seq}
        chain broken                       {_broken,8}
        took                               {took.TotalSeconds,8:0.0} s
        """);
}

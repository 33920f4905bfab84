using System.Collections.Concurrent;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>Compares one table: part by part, by all workers.</summary>
internal sealed class TableRun(TableSql sql, RunContext run)
{
    /// <summary>How many rows that differ are kept in mind at once.</summary>
    private const int MostRows = 100_000;

    private readonly Settler _settler = new(sql, run.Following, run.Options.AsOf is { } next ? new CopyJudge(next, areCounted: sql.Plan.Key.Count == 0) : null, run.Pace, run.Options);
    private readonly RowShower _shower = new(sql, run.Pace, run.Options);
    private readonly JournalTable _earlier = run.Journal.Of(sql.Plan.Signature);
    private readonly ConcurrentQueue<VerificationNote> _notes = new();
    private readonly Lock _lock = new();
    private readonly List<Part> _parts = [];
    private readonly Dictionary<int, RowSum> _left = [];
    private readonly Dictionary<int, RowSum> _right = [];
    private List<(PartWork Work, Suspect Suspect)> _pending = [];
    private int _pendingRows;
    private PartOutcome _total = new();
    private long _takenOver;

    internal IEnumerable<VerificationNote> Notes => _notes;

    private TablePlan Plan => sql.Plan;

    private bool IsWhole => Plan.Method is TableMethod.KeyBuckets or TableMethod.RowBuckets;

    internal async Task<VerifiedTable> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = run.Options.TimeProvider.GetTimestamp();
        if (IsWhole && _earlier.Done.GetValueOrDefault(JournalKey.Of([])) is { InFlux: 0, Unjudged: 0 } done)
        {
            TakeOver(done);
        }
        else
        {
            using var keys = Plan.Method == TableMethod.KeyRanges ? new KeyWalker(Plan, run.Options.StatementTarget, Planned()) : null;
            var walker = keys ?? (IPartWalker)new BlockWalker(Plan.Blocks, run.Options.StatementTarget, IsWhole ? JournalTable.Empty.Planned : Planned());
            await run.WithAllAsync((pair, token) => WorkAsync(pair, walker, token), cancellationToken).ConfigureAwait(false);
            if (IsWhole)
                await CompareWholeAsync(run.Pairs[0], cancellationToken).ConfigureAwait(false);
            await SettleAsync(run.Pairs[0], cancellationToken).ConfigureAwait(false);
        }

        return new VerifiedTable(Plan.Name, Plan.MethodText, _total.Rows)
        {
            DifferentRows = _total.DifferentRows,
            InFlux = _total.InFlux,
            Unjudged = _total.Unjudged,
            ChangedSince = _total.ChangedSince,
            Shown = _total.Shown,
            TakenOver = _takenOver,
            Took = run.Options.TimeProvider.GetElapsedTime(startedAt),
        };
    }

    private async Task WorkAsync(SessionPair pair, IPartWalker walker, CancellationToken cancellationToken)
    {
        while (await run.Pace.RunAsync(() => walker.NextAsync(pair, cancellationToken), cancellationToken).ConfigureAwait(false) is { } part)
        {
            if (IsWhole)
                await ReadBucketsAsync(pair, walker, part, cancellationToken).ConfigureAwait(false);
            else if (_earlier.Done.GetValueOrDefault(JournalKey.Of(part.After)) is { InFlux: 0, Unjudged: 0 } done)
                TakeOver(done);
            else
                await TryPartAsync(pair, walker, part, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a server cannot read any more is told with its place, and the rest is read.</summary>
    private async Task TryPartAsync(SessionPair pair, IPartWalker walker, Part part, CancellationToken cancellationToken)
    {
        try
        {
            await ComparePartAsync(pair, walker, part, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (ServerErrors.IsCorruption(e))
        {
            var place = $"{(part.After.Count == 0 ? "its begin" : string.Join(", ", part.After))} to {(part.UpTo.Count == 0 ? "its end" : string.Join(", ", part.UpTo))}";
            _notes.Enqueue(new VerificationNote(VerificationNoteKind.Difference, Plan.Name, $"A part of it ({Plan.MethodText}, {place}) could not be read at {ServerErrors.Describe(e)}"));
        }
    }

    private async Task ComparePartAsync(SessionPair pair, IPartWalker walker, Part part, CancellationToken cancellationToken)
    {
        run.Journal.Begin(Plan.Signature, part);
        var ((left, right), took) = await run.Pace.MeasureAsync(() => pair.QueryAsync(sql.Sums(part), TableSql.ReadSum, cancellationToken), cancellationToken).ConfigureAwait(false);
        walker.Learn(part, Math.Max(left[0].Count, right[0].Count), took);
        run.Progress.Add(left[0].Count);
        var work = new PartWork(part, new PartOutcome { Rows = left[0].Count });
        if (left[0] != right[0])
        {
            var buckets = BucketRules.Count(Math.Max(left[0].Count, right[0].Count));
            var sums = await run.Pace.RunAsync(() => pair.QueryAsync(sql.Buckets(part, buckets), TableSql.ReadBucket, cancellationToken), cancellationToken).ConfigureAwait(false);
            await SuspectAsync(pair, work, [part], buckets, BucketRules.Merge(sums.Left), BucketRules.Merge(sums.Right), cancellationToken).ConfigureAwait(false);
        }

        Close(work);
    }

    private async Task ReadBucketsAsync(SessionPair pair, IPartWalker walker, Part part, CancellationToken cancellationToken)
    {
        var (sums, took) = await run.Pace.MeasureAsync(() => pair.QueryAsync(sql.Buckets(part, BucketRules.Count(Plan.EstimatedRows)), TableSql.ReadBucket, cancellationToken), cancellationToken).ConfigureAwait(false);
        var rows = sums.Left.Sum(b => b.Sum.Count);
        walker.Learn(part, rows, took);
        run.Progress.Add(rows);
        lock (_lock)
        {
            _parts.Add(part);
            foreach (var (bucket, sum) in sums.Left)
                _left[bucket] = _left.GetValueOrDefault(bucket) + sum;
            foreach (var (bucket, sum) in sums.Right)
                _right[bucket] = _right.GetValueOrDefault(bucket) + sum;
        }
    }

    private async Task CompareWholeAsync(SessionPair pair, CancellationToken cancellationToken)
    {
        var work = new PartWork(new Part("", [], [], []), new PartOutcome { Rows = _left.Values.Sum(s => s.Count) });
        await SuspectAsync(pair, work, _parts, BucketRules.Count(Plan.EstimatedRows), _left, _right, cancellationToken).ConfigureAwait(false);
        Close(work);
    }

    private async Task SuspectAsync(
        SessionPair pair, PartWork work, IReadOnlyList<Part> parts, int buckets, Dictionary<int, RowSum> left, Dictionary<int, RowSum> right, CancellationToken cancellationToken)
    {
        foreach (var wanted in BucketRules.Group(left, right, MostRows))
        {
            var candidates = await _settler.LookAsync(pair, parts, buckets, wanted, cancellationToken).ConfigureAwait(false);
            if (candidates.Count == 0)
                continue; // row by row, each as often, both sides were alike as they were listed: what the sums differed in was late
            work.Open();
            bool isMuch;
            lock (_lock)
            {
                _pending.Add((work, new Suspect(parts, buckets, wanted, candidates)));
                _pendingRows += candidates.Count;
                isMuch = _pendingRows >= MostRows;
            }

            if (isMuch)
                await SettleAsync(pair, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SettleAsync(SessionPair pair, CancellationToken cancellationToken)
    {
        List<(PartWork Work, Suspect Suspect)> taken;
        lock (_lock)
        {
            (taken, _pending) = (_pending, []);
            _pendingRows = 0;
        }

        var verdicts = await _settler.SettleAsync(pair, [.. taken.Select(t => t.Suspect)], cancellationToken).ConfigureAwait(false);
        foreach (var (i, verdict) in verdicts.Index())
        {
            run.Progress.AddDifferent(verdict.DifferentRows);
            IReadOnlyList<RowDifference> shown = Volatile.Read(ref _total).Shown.Count < run.Options.MaxShownRows ? await _shower.FetchAsync(pair, verdict, cancellationToken).ConfigureAwait(false) : [];
            var found = new PartOutcome
            {
                Rows = verdict.ExtraRows + verdict.RemovedSince,
                DifferentRows = verdict.DifferentRows,
                InFlux = verdict.InFlux,
                Unjudged = verdict.Unjudged,
                ChangedSince = verdict.ChangedSince,
                Shown = shown,
            };
            taken[i].Work.Add(found, run.Options.MaxShownRows);
            Close(taken[i].Work);
        }
    }

    private void Close(PartWork work)
    {
        if (!work.Close())
            return;
        run.Journal.End(Plan.Signature, work.Part, work.Outcome);
        Add(work.Outcome);
    }

    private void TakeOver(PartOutcome outcome)
    {
        Interlocked.Add(ref _takenOver, outcome.Rows);
        run.Progress.TakeOver(outcome.Rows);
        run.Progress.AddDifferent(outcome.DifferentRows);
        Add(outcome);
    }

    private void Add(PartOutcome outcome)
    {
        lock (_lock)
            _total = _total.With(outcome, run.Options.MaxShownRows);
    }

    /// <summary>With its condition, which the journal does not have.</summary>
    private Dictionary<string, Part> Planned() => _earlier.Planned.ToDictionary(
        p => p.Key,
        p => Plan.Method == TableMethod.KeyRanges ? KeyWalker.Of(Plan, p.Value.After, p.Value.UpTo)
            : BlockWalker.Of(p.Value.After is [var from] ? long.Parse(from, System.Globalization.CultureInfo.InvariantCulture) : 0, p.Value.UpTo is [var upTo] ? long.Parse(upTo, System.Globalization.CultureInfo.InvariantCulture) : null),
        StringComparer.Ordinal);
}

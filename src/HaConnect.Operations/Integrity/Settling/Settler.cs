namespace HaConnect.Operations.Integrity;

/// <summary>Looks at rows that differ again and again, until each is equal, differs while both sides stand still, or has moved too often.</summary>
internal sealed class Settler(TableSql sql, IFollowing following, CopyJudge? copy, Pace pace, VerificationOptions options)
{
    private bool AreCounted => sql.Plan.Key.Count == 0;

    /// <summary>The first look: the right side before the left one, so that what the right one shows and keeps was there when the left one was looked at.</summary>
    internal async Task<Dictionary<long, Candidate>> LookAsync(SessionPair pair, IReadOnlyList<Part> parts, int buckets, int[] wanted, CancellationToken cancellationToken)
    {
        var right = await ListAsync(pair, Side.Right, parts, buckets, wanted, cancellationToken).ConfigureAwait(false);
        await following.UntilAsync(pair, Side.Left, await following.MarkAsync(pair, Side.Right, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return RowList.Compare(await ListAsync(pair, Side.Left, parts, buckets, wanted, cancellationToken).ConfigureAwait(false), right);
    }

    internal async Task<IReadOnlyList<SuspectVerdict>> SettleAsync(SessionPair pair, IReadOnlyList<Suspect> suspects, CancellationToken cancellationToken)
    {
        var verdicts = suspects.Select(s => new SuspectVerdict(s)).ToList();
        for (var round = 1; round <= options.MaxRounds && verdicts.Exists(v => v.Suspect.Candidates.Count > 0); round++)
        {
            if (!await RoundAsync(pair, [.. verdicts.Where(v => v.Suspect.Candidates.Count > 0)], cancellationToken).ConfigureAwait(false))
                break;
        }

        foreach (var verdict in verdicts)
        {
            verdict.InFlux += verdict.Suspect.Candidates.Count;
            verdict.Suspect.Candidates.Clear();
        }

        return verdicts;
    }

    /// <returns>False where one side did not follow.</returns>
    private async Task<bool> RoundAsync(SessionPair pair, List<SuspectVerdict> open, CancellationToken cancellationToken)
    {
        var hasFollowed = await following.UntilAsync(pair, Side.Right, await following.MarkAsync(pair, Side.Left, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        List<Dictionary<long, RowState>> rights = [];
        foreach (var verdict in open)
            rights.Add(hasFollowed ? await ListAsync(pair, Side.Right, verdict.Suspect, cancellationToken).ConfigureAwait(false) : []);
        hasFollowed = hasFollowed && await following.UntilAsync(pair, Side.Left, await following.MarkAsync(pair, Side.Right, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var (i, verdict) in open.Index())
        {
            if (hasFollowed)
            {
                await JudgeAsync(pair, verdict, rights[i], await ListAsync(pair, Side.Left, verdict.Suspect, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                continue;
            }

            verdict.Unjudged += verdict.Suspect.Candidates.Count;
            verdict.Suspect.Candidates.Clear();
        }

        return hasFollowed;
    }

    private async Task JudgeAsync(SessionPair pair, SuspectVerdict verdict, Dictionary<long, RowState> right, Dictionary<long, RowState> left, CancellationToken cancellationToken)
    {
        var candidates = verdict.Suspect.Candidates;
        List<(long Identity, Candidate Now, Judgement Judgement)> judged = [];
        foreach (var (identity, before) in candidates.ToList())
        {
            var now = new Candidate(Find(left, identity), Find(right, identity));
            var judgement = RowJudge.Judge(before.Left, before.Right, now.Right, now.Left);
            if (judgement == Judgement.InFlux)
            {
                candidates[identity] = now;
                continue;
            }

            candidates.Remove(identity);
            if (judgement != Judgement.Equal)
                judged.Add((identity, now, judgement));
        }

        var excused = copy is null || judged.Count == 0 ? [] : await copy.ExcuseAsync(pair, judged.ConvertAll(j => j.Now), cancellationToken).ConfigureAwait(false);
        foreach (var (i, (identity, now, judgement)) in judged.Index())
            Count(verdict, identity, now, judgement, excused is { Count: > 0 } && excused[i]);
    }

    private void Count(SuspectVerdict verdict, long identity, Candidate now, Judgement judgement, bool isExcused)
    {
        var rows = AreCounted ? Math.Abs((now.Left?.Digest ?? 0) - (now.Right?.Digest ?? 0)) : 1;
        var isExtra = judgement == Judgement.Extra || (AreCounted && (now.Right?.Digest ?? 0) > (now.Left?.Digest ?? 0));
        if (isExcused)
        {
            verdict.ChangedSince += rows;
            verdict.RemovedSince += isExtra ? rows : 0;
            return;
        }

        verdict.DifferentRows += rows;
        verdict.ExtraRows += isExtra ? rows : 0;
        if (verdict.Different.Count < options.MaxShownRows)
            verdict.Different.Add(new JudgedRow(identity, isExtra ? Judgement.Extra : AreCounted ? Judgement.Missing : judgement));
    }

    private static RowState? Find(Dictionary<long, RowState> rows, long identity) => rows.TryGetValue(identity, out var state) ? state : null;

    private Task<Dictionary<long, RowState>> ListAsync(SessionPair pair, Side side, Suspect suspect, CancellationToken cancellationToken) =>
        ListAsync(pair, side, suspect.Parts, suspect.Buckets, suspect.Wanted, cancellationToken);

    private async Task<Dictionary<long, RowState>> ListAsync(SessionPair pair, Side side, IReadOnlyList<Part> parts, int buckets, int[] wanted, CancellationToken cancellationToken)
    {
        List<(long, RowState)> rows = [];
        foreach (var part in parts)
        {
            rows.AddRange(await pace.RunAsync(() => pair[side].QueryAsync(sql.List(part, side, buckets, wanted), TableSql.ReadState, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        return RowList.Merge(rows, AreCounted);
    }
}

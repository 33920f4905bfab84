namespace HaConnect.Operations.Integrity;

/// <summary>Fetches rows that differ, and names the columns.</summary>
internal sealed class RowShower(TableSql sql, VerificationOptions options)
{
    internal async Task<IReadOnlyList<RowDifference>> FetchAsync(SessionPair pair, SuspectVerdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Different.Count == 0)
            return [];
        long[] identities = [.. verdict.Different.Select(d => d.Identity)];
        Dictionary<long, FetchedRow> left = [], right = [];
        foreach (var part in verdict.Suspect.Parts)
        {
            var found = await pair.QueryAsync(sql.Fetch(part, identities), TableSql.ReadRow, cancellationToken).ConfigureAwait(false);
            found.Left.ForEach(r => left[r.Identity] = r);
            found.Right.ForEach(r => right[r.Identity] = r);
        }

        return [.. verdict.Different.Select(d => Describe(d, left.GetValueOrDefault(d.Identity), right.GetValueOrDefault(d.Identity)))];
    }

    private RowDifference Describe(JudgedRow row, FetchedRow? left, FetchedRow? right)
    {
        var kind = row.Judgement switch { Judgement.Missing => RowDifferenceKind.Missing, Judgement.Extra => RowDifferenceKind.Extra, _ => RowDifferenceKind.Changed };
        var (one, other) = (kind == RowDifferenceKind.Extra ? null : left, kind == RowDifferenceKind.Missing ? null : right);
        var key = (one ?? other)?.Key ?? [];
        var columns = sql.Plan.Columns.Select((c, i) => (c.Name, Index: i)).Where(c => one is null || other is null || one.Hashes[c.Index] != other.Hashes[c.Index]);
        return new RowDifference(
            kind,
            string.Join(", ", key.Select((value, i) => $"{sql.Plan.Key[i].Name}={value}")),
            [.. columns.Select(c => options.ShowsValues ? new ColumnDifference(c.Name, one?.Values[c.Index], other?.Values[c.Index]) : new ColumnDifference(c.Name, null, null))]);
    }
}

using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Fetches rows that differ, and names the columns.</summary>
internal sealed class RowShower(TableSql sql, Pace pace, VerificationOptions options)
{
    internal async Task<IReadOnlyList<RowDifference>> FetchAsync(SessionPair pair, SuspectVerdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Different.Count == 0)
            return [];
        long[] identities = [.. verdict.Different.Select(d => d.Identity)];
        Dictionary<long, List<FetchedRow>> left = [], right = [];
        foreach (var part in verdict.Suspect.Parts)
        {
            var found = await pace.RunAsync(() => pair.QueryAsync(sql.Fetch(part, identities), TableSql.ReadRow, cancellationToken), cancellationToken).ConfigureAwait(false);
            Add(left, found.Left);
            Add(right, found.Right);
        }

        return [.. verdict.Different.Select(d => Describe(d, left.GetValueOrDefault(d.Identity, []), right.GetValueOrDefault(d.Identity, [])))];
    }

    private static void Add(Dictionary<long, List<FetchedRow>> rows, List<FetchedRow> found)
    {
        foreach (var row in found)
            (rows.TryGetValue(row.Identity, out var known) ? known : rows[row.Identity] = []).Add(row);
    }

    internal RowDifference Describe(JudgedRow row, IReadOnlyList<FetchedRow> left, IReadOnlyList<FetchedRow> right)
    {
        var kind = row.Judgement switch { Judgement.Missing => RowDifferenceKind.Missing, Judgement.Extra => RowDifferenceKind.Extra, _ => RowDifferenceKind.Changed };
        var (one, other) = (kind == RowDifferenceKind.Extra ? null : Last(left), kind == RowDifferenceKind.Missing ? null : Last(right));
        var key = (one ?? other)?.Key ?? [];
        var columns = sql.Plan.Columns.Select((c, i) => (c.Name, Index: i)).Where(c => one is null || other is null || one.Hashes[c.Index] != other.Hashes[c.Index]);
        return new RowDifference(
            kind,
            string.Join(", ", key.Select((value, i) => $"{sql.Plan.Key[i].Name}={value}")) + Times(left.Count, "left") + Times(right.Count, "right"),
            [.. columns.Select(c => options.ShowsValues ? new ColumnDifference(c.Name, one?.Values[c.Index], other?.Values[c.Index]) : new ColumnDifference(c.Name, null, null))]);
    }

    private static FetchedRow? Last(IReadOnlyList<FetchedRow> rows) => rows.Count > 0 ? rows[^1] : null;

    /// <summary>A row without a key can be there several times, and in several parts: that is no news.</summary>
    private string Times(int count, string side) => count > 1 && sql.Plan.Key.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({count} times at the {side})") : "";
}

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

        List<RowDifference> shown = [];
        foreach (var different in verdict.Different)
        {
            var described = Describe(different, left.GetValueOrDefault(different.Identity, []), right.GetValueOrDefault(different.Identity, []));
            shown.Add(described.Columns.Any(LooksAlike) ? new RowDifference(described.Kind, described.Key, await LookCloserAsync(pair, verdict.Suspect.Parts, different.Identity, described.Columns, cancellationToken).ConfigureAwait(false)) : described);
        }

        return shown;
    }

    /// <summary>Of what differs: by more than was shown.</summary>
    private static bool LooksAlike(ColumnDifference column) => column.Left is not null && column.Left == column.Right;

    /// <summary>Values that begin alike, or that read alike: where they differ.</summary>
    private async Task<IReadOnlyList<ColumnDifference>> LookCloserAsync(SessionPair pair, IReadOnlyList<Part> parts, long identity, IReadOnlyList<ColumnDifference> columns, CancellationToken cancellationToken)
    {
        List<ColumnDifference> closer = [];
        foreach (var column in columns)
            closer.Add(LooksAlike(column) && await ExcerptAsync(pair, parts, identity, sql.Plan.Columns.First(c => c.Name == column.Column), cancellationToken).ConfigureAwait(false) is var (left, right) ? new ColumnDifference(column.Column, left, right) : column);
        return closer;
    }

    private async Task<Both<string>?> ExcerptAsync(SessionPair pair, IReadOnlyList<Part> parts, long identity, ComparedColumn column, CancellationToken cancellationToken)
    {
        List<(string Read, string Text)> left = [], right = [];
        foreach (var part in parts)
        {
            var found = await pace.RunAsync(() => pair.QueryAsync(sql.Whole(part, identity, column), TableSql.ReadWhole, cancellationToken), cancellationToken).ConfigureAwait(false);
            left.AddRange(found.Left);
            right.AddRange(found.Right);
        }

        if (left.Count == 0 || right.Count == 0)
            return null; // one of them is gone
        return Excerpt.Of(left[^1].Read, right[^1].Read, options.MaxShownCharacters) ?? Excerpt.Of(left[^1].Text, right[^1].Text, options.MaxShownCharacters);
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

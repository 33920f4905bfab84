namespace HaConnect.Operations.Integrity;

/// <summary>Chooses how a table is compared. Pure.</summary>
internal static class TablePlanner
{
    /// <summary>Their order is that of the value, the same on every server; that of text where both sides sort it alike.</summary>
    private static readonly string[] s_ordered =
    [
        "bool", "int2", "int4", "int8", "oid", "numeric", "float4", "float8", "uuid", "date", "time", "timetz", "timestamp", "timestamptz", "bytea", "inet", "cidr", "macaddr", "macaddr8", "pg_lsn", "name", "text", "varchar", "bpchar",
    ];

    private static readonly ComparedColumn s_place = new("ctid", new("ctid", "ctid"));

    /// <param name="left">The table at the left.</param>
    /// <param name="right">The same at the right.</param>
    /// <param name="isSameFile">Whether both have the same file, as a primary and its standby have.</param>
    /// <param name="only">The columns that are replicated; null for all.</param>
    internal static TablePlan Of(CatalogTable left, CatalogTable right, bool isSameFile, IReadOnlyCollection<string>? only = null)
    {
        List<VerificationNote> notes = [];
        var there = right.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var pairs = left.Columns.Where(c => only?.Contains(c.Name, StringComparer.Ordinal) != false && there.ContainsKey(c.Name)).Select(c => new Both<CatalogColumn>(c, there[c.Name])).ToList();
        AddNotes(notes, left, right, pairs, only);
        var columns = pairs.Select(p => ColumnMatch.Of(p.Left, p.Right)).ToList();

        // By a key that only one side guards the other could have a row twice: then it is a set.
        var key = left.Keys.Select(k => k.Columns).FirstOrDefault(k => right.Keys.Any(o => k.Count == o.Columns.Count && !k.Except(o.Columns, StringComparer.Ordinal).Any()) && k.All(n => columns.Any(c => c.Name == n)));
        var shared = left.Keys.Select(k => k.Columns).FirstOrDefault(k => right.Keys.Any(o => o.Columns.SequenceEqual(k, StringComparer.Ordinal)) && k.All(n => IsOrderedAlike(pairs.FirstOrDefault(p => p.Left.Name == n))));
        var method = isSameFile && left.Kind != 'p' && left.IsHeap ? TableMethod.Blocks : shared is not null ? TableMethod.KeyRanges : key is not null ? TableMethod.KeyBuckets : TableMethod.RowBuckets;
        var chosen = method == TableMethod.KeyRanges ? shared! : method == TableMethod.KeyBuckets ? key! : [];
        return new TablePlan
        {
            Name = left.FullName,
            From = new(left.From, right.From),
            Method = method,
            MethodText = method switch
            {
                TableMethod.Blocks => "by place in the file",
                TableMethod.KeyRanges => $"by ranges of {string.Join(", ", chosen)}",
                TableMethod.KeyBuckets => $"by {string.Join(", ", chosen)}, in buckets",
                _ => "as a set, without a key",
            },
            Columns = columns,
            Key = method == TableMethod.Blocks ? [s_place] : [.. chosen.Select(n => columns.First(c => c.Name == n))],
            KeyTypes = [.. chosen.Select(n => pairs.First(p => p.Left.Name == n).Left.TypeText)],
            EstimatedRows = Math.Max(left.EstimatedRows, right.EstimatedRows),
            Blocks = Math.Max(left.Blocks, right.Blocks),
            Notes = notes,
        };
    }

    private static bool IsOrderedAlike(Both<CatalogColumn> pair) =>
        pair is { Left: { IsBuiltIn: true } left, Right: { IsBuiltIn: true } right }
        && left.TypeName == right.TypeName && s_ordered.Contains(left.TypeName, StringComparer.Ordinal) && left.Collation is not null && left.Collation == right.Collation;

    private static void AddNotes(List<VerificationNote> notes, CatalogTable left, CatalogTable right, List<Both<CatalogColumn>> pairs, IReadOnlyCollection<string>? only)
    {
        var (here, there) = (left.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal), right.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal));
        foreach (var name in left.Columns.Select(c => c.Name).Where(n => !there.Contains(n) && only?.Contains(n, StringComparer.Ordinal) != false))
            Note(VerificationNoteKind.Difference, $"The right side has no column {name}; the others were compared.");
        foreach (var name in right.Columns.Select(c => c.Name).Where(n => !here.Contains(n)))
            Note(VerificationNoteKind.Note, $"The right side has a column {name} besides; the others were compared.");
        if (only is not null && here.Except(only, StringComparer.Ordinal).ToList() is { Count: > 0 } left_out)
            Note(VerificationNoteKind.Note, $"The publication leaves out {string.Join(", ", left_out.Order(StringComparer.Ordinal))}; the other columns were compared.");
        foreach (var pair in pairs.Where(p => !ColumnMatch.AreOfOneType(p.Left, p.Right)))
            Note(VerificationNoteKind.Note, $"Column {pair.Left.Name} is {pair.Left.TypeText} at the left and {pair.Right.TypeText} at the right; it was compared as text.");
        foreach (var pair in pairs.Where(p => p.Left.IsGenerated || p.Right.IsGenerated))
            Note(VerificationNoteKind.Note, $"Column {pair.Left.Name} is generated: each server computes it by itself; its values were compared like others.");
        if (pairs.Where(p => p.Left.Collation != p.Right.Collation).Select(p => p.Left.Name).ToList() is { Count: > 0 } sorted)
            Note(VerificationNoteKind.Note, $"Text is sorted otherwise on the other side, or that is not known ({string.Join(", ", sorted)}); it was compared byte by byte, and nothing was divided by its order.");

        void Note(VerificationNoteKind kind, string text) => notes.Add(new VerificationNote(kind, left.FullName, text));
    }
}

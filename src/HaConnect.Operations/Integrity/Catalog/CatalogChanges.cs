namespace HaConnect.Operations.Integrity;

/// <summary>What became of catalogs while they were read one after the other. Pure.</summary>
internal static class CatalogChanges
{
    /// <summary>Whether one side has a table that the other one lacks, or the left one such a column.</summary>
    internal static bool IsSomethingAmiss(IReadOnlyList<CatalogTable> left, IReadOnlyList<CatalogTable> right)
    {
        var there = right.ToDictionary(t => t.FullName, StringComparer.Ordinal);
        return left.Count != right.Count || left.Any(t => !there.TryGetValue(t.FullName, out var other) || t.Columns.Any(c => other.Columns.All(o => o.Name != c.Name)));
    }

    /// <summary>What a side had at both looks, and so all the time between them: the same tables by the same names, and of each the columns.</summary>
    internal static IReadOnlyList<CatalogTable> Common(IReadOnlyList<CatalogTable> before, IReadOnlyList<CatalogTable> now)
    {
        var earlier = before.ToDictionary(t => t.Oid);
        return [.. now.Where(t => earlier.TryGetValue(t.Oid, out var e) && e.FullName == t.FullName).Select(t => t with { Columns = [.. t.Columns.Where(c => earlier[t.Oid].Columns.Any(e => e.Name == c.Name))] })];
    }

    /// <summary>Of what the right side had between two looks at the left one: what the left one had at both, and what it had at neither, if the right one still has it after the second.</summary>
    internal static IReadOnlyList<CatalogTable> Between(IReadOnlyList<CatalogTable> right, IReadOnlyList<CatalogTable> rightAgain, IReadOnlyList<CatalogTable> before, IReadOnlyList<CatalogTable> now)
    {
        var (common, known, still) = (Names(Common(before, now)), Names([.. before, .. now]), rightAgain.Select(t => t.Oid).ToHashSet());
        return [.. right.Where(t => common.Contains(t.FullName) || (!known.Contains(t.FullName) && still.Contains(t.Oid)))];
    }

    /// <summary>What was made, dropped or renamed between the two looks.</summary>
    internal static IReadOnlyList<CatalogTable> Passing(IReadOnlyList<CatalogTable> before, IReadOnlyList<CatalogTable> now)
    {
        var common = Names(Common(before, now));
        return [.. before.Concat(now).Where(t => !common.Contains(t.FullName)).DistinctBy(t => t.FullName, StringComparer.Ordinal)];
    }

    internal static bool HasBesides(IReadOnlyList<CatalogTable> right, IReadOnlyList<CatalogTable> left)
    {
        var here = Names(left);
        return right.Any(t => !here.Contains(t.FullName));
    }

    private static HashSet<string> Names(IReadOnlyList<CatalogTable> tables) => tables.Select(t => t.FullName).ToHashSet(StringComparer.Ordinal);
}

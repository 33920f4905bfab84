using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Reads what tables both sides have. That one lacks something is told only where it was not made or dropped just then.</summary>
internal sealed class CatalogPair(SessionPair pair, Both<ServerFacts> facts, SideRelation relation, IFollowing following, NamePattern pattern, VerificationOptions options)
{
    private readonly List<VerificationNote> _notes = [];

    internal IReadOnlyList<VerificationNote> Notes => _notes;

    /// <summary>All that the left side was seen to have, whether it is compared or not.</summary>
    internal IReadOnlyList<CatalogTable> Seen { get; private set; } = [];

    /// <summary>The left side first: what it has the right one will have, once it has followed.</summary>
    internal async Task<Both<IReadOnlyList<CatalogTable>>> ReadAsync(CancellationToken cancellationToken)
    {
        var left = await ReadAsync(Side.Left, cancellationToken).ConfigureAwait(false);
        Seen = left;
        await FollowAsync(Side.Right, cancellationToken).ConfigureAwait(false);
        var right = await ReadAsync(Side.Right, cancellationToken).ConfigureAwait(false);
        if (options.AsOf is { } next)
            return new(await WithoutLaterAsync(left, right, new CopyJudge(next, areCounted: false), cancellationToken).ConfigureAwait(false), right);
        if (!CatalogChanges.IsSomethingAmiss(left, right))
            return new(left, right);

        await FollowAsync(Side.Left, cancellationToken).ConfigureAwait(false);
        var now = await ReadAsync(Side.Left, cancellationToken).ConfigureAwait(false);
        Seen = [.. left, .. now];
        var again = right;
        if (relation == SideRelation.Replay && CatalogChanges.HasBesides(right, now))
        {
            await FollowAsync(Side.Right, cancellationToken).ConfigureAwait(false);
            again = await ReadAsync(Side.Right, cancellationToken).ConfigureAwait(false);
        }

        Tell("Made, dropped or renamed while the catalogs were read, and so not compared", [.. CatalogChanges.Passing(left, now).Where(pattern.Includes)], []);
        return new(CatalogChanges.Common(left, now), CatalogChanges.Between(right, again, left, now));
    }

    /// <summary>Without the tables and columns that the left side was given since the right one was copied from it.</summary>
    private async Task<IReadOnlyList<CatalogTable>> WithoutLaterAsync(IReadOnlyList<CatalogTable> left, IReadOnlyList<CatalogTable> right, CopyJudge judge, CancellationToken cancellationToken)
    {
        var (there, copied) = (right.ToDictionary(t => t.FullName, StringComparer.Ordinal), right.Select(t => t.Oid).ToHashSet());
        List<(CatalogTable Table, CatalogColumn? Column)> missing = [];
        foreach (var table in left.Where(pattern.Includes))
        {
            if (there.TryGetValue(table.FullName, out var other))
                missing.AddRange(table.Columns.Where(c => other.Columns.All(o => o.Name != c.Name)).Select(c => (table, (CatalogColumn?)c)));
            else
                missing.Add((table, null));
        }

        if (missing.Count == 0)
            return left;
        var excused = await judge.ExcuseAsync(pair, missing.ConvertAll(m => new Candidate(new RowState(0, m.Column?.MadeBy ?? m.Table.MadeBy), null)), cancellationToken).ConfigureAwait(false);

        // A table that the copy has by another name was renamed since, by whomever it was made.
        var later = missing.Where((m, i) => excused[i] || (m.Column is null && copied.Contains(m.Table.Oid))).ToList();
        var (tables, columns) = (later.Where(l => l.Column is null).Select(l => l.Table).ToList(), later.Where(l => l.Column is not null).ToLookup(l => l.Table.Oid, l => l.Column!.Name));
        Tell("Made or renamed at the left since the copy, and so not compared", tables, later.Where(l => l.Column is not null).Select(l => $"{l.Table.FullName}.{l.Column!.Name}"));
        return [.. left.Except(tables).Select(t => columns.Contains(t.Oid) ? t with { Columns = [.. t.Columns.Where(c => !columns[t.Oid].Contains(c.Name, StringComparer.Ordinal))] } : t)];
    }

    private void Tell(string what, IReadOnlyList<CatalogTable> tables, IEnumerable<string> columns)
    {
        if ((List<string>)[.. tables.Select(t => t.FullName), .. columns] is { Count: > 0 } names)
            _notes.Add(new(tables.Any(pattern.IsNamed) ? VerificationNoteKind.NotVerified : VerificationNoteKind.Note, null, $"{what}: {TableChoice.Names(names)}."));
    }

    private Task<IReadOnlyList<CatalogTable>> ReadAsync(Side side, CancellationToken cancellationToken) => CatalogReader.ReadAsync(pair[side], facts[side], cancellationToken);

    /// <summary>Until a side has replayed what the other one shows.</summary>
    private async Task FollowAsync(Side by, CancellationToken cancellationToken)
    {
        var of = by == Side.Right ? Side.Left : Side.Right;
        if (relation == SideRelation.Replay && !await following.UntilAsync(pair, by, await following.MarkAsync(pair, of, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            _notes.Add(new(VerificationNoteKind.NotVerified, null, string.Create(CultureInfo.InvariantCulture, $"{pair[by].Name} did not replay within {options.FollowTimeout.TotalSeconds:0} s what {pair[of].Name} had written. What differs cannot be told from what is late.")));
    }
}

namespace HaConnect.Operations.Integrity;

/// <summary>Which tables are compared, and what is to be known of the others. Pure.</summary>
internal sealed class TableChoice(SideRelation relation, NamePattern pattern, SubscribedTables? subscribed)
{
    private const int MostNames = 10;
    private const int Where = 5; // the word's length

    private readonly List<VerificationNote> _notes = [];
    private readonly List<TablePlan> _plans = [];
    private readonly List<CatalogTable> _missing = [];
    private ToolTables? _tools;

    internal IReadOnlyList<VerificationNote> Notes => _notes;

    internal IReadOnlyList<TablePlan> Plans => _plans;

    /// <summary>Those that the right side has not.</summary>
    internal IReadOnlyList<CatalogTable> Missing => _missing;

    /// <summary>Whether all that is in a schema is a tool's own.</summary>
    internal bool IsOfATool(string schema) => _tools?.OwnerOf(schema) is not null;

    internal void Choose(IReadOnlyList<CatalogTable> left, IReadOnlyList<CatalogTable> right)
    {
        var there = right.ToDictionary(t => t.FullName, StringComparer.Ordinal);
        var subscription = subscribed is null ? null : new SubscriptionRules(subscribed, left);
        _tools = relation == SideRelation.Unknown ? new ToolTables(left, right) : null;
        List<string> unsubscribed = [];
        List<(string Owner, string Name)> owned = [];
        foreach (var table in left.Where(pattern.Includes))
        {
            if (!pattern.IsNamed(table) && _tools?.OwnerOf(table) is { } owner)
            {
                owned.Add((owner, table.FullName));
                continue;
            }

            var part = subscription?.Of(table);
            if (part is SubscribedPart.ByPartitions || (part is SubscribedPart.OfNothing or SubscribedPart.OfItsTable && !pattern.IsNamed(table)) || Skips(table, part is SubscribedPart.Itself or SubscribedPart.Nothing))
                continue;
            if (part is SubscribedPart.OfItsTable)
                NotCompared(table, $"is replicated as part of {table.Ancestors.First(subscribed!.Tables.ContainsKey)}: name that");
            else if (part is SubscribedPart.Nothing or SubscribedPart.OfNothing)
                unsubscribed.Add(table.FullName);
            else if (!there.TryGetValue(table.FullName, out var other))
                _missing.Add(table);
            else if (other.Kind == 'f' || other.HasForeignPartition)
                NotCompared(table, "is foreign at the right");
            else if (subscribed?.Tables.GetValueOrDefault(table.FullName) is { } state and not 'r' and not 's')
                _notes.Add(new(VerificationNoteKind.NotVerified, table.FullName, $"Its first copy to the subscriber is not done (state {state})."));
            else
                _plans.Add(Plan(table, other));
        }

        if (unsubscribed.Count > 0)
            _notes.Add(new(unsubscribed.Exists(u => left.Any(t => t.FullName == u && pattern.IsNamed(t))) ? VerificationNoteKind.NotVerified : VerificationNoteKind.Note, null, $"Not replicated by the subscription, and so not compared: {Names(unsubscribed)}."));
        foreach (var group in owned.GroupBy(o => o.Owner, StringComparer.Ordinal))
            _notes.Add(new(VerificationNoteKind.Note, null, $"Not compared, since {group.Key} keeps it at each server for itself: {Names([.. group.Select(o => o.Name)])}."));
        var here = left.Select(t => t.FullName).ToHashSet(StringComparer.Ordinal);
        if (right.Where(t => t.Kind != 'f' && pattern.Includes(t) && !here.Contains(t.FullName) && (pattern.IsNamed(t) || _tools?.OwnerOf(t) is null)).Select(t => t.FullName).ToList() is { Count: > 0 } besides)
            _notes.Add(new(relation == SideRelation.Replay ? VerificationNoteKind.Difference : VerificationNoteKind.Note, null, $"Only the right side has {Names(besides)}."));
    }

    private TablePlan Plan(CatalogTable left, CatalogTable right)
    {
        var published = subscribed?.Published.GetValueOrDefault(left.FullName);
        var plan = TablePlanner.Of(left, right, relation == SideRelation.Replay, published?.Columns);
        _notes.AddRange(plan.Notes);
        if (relation == SideRelation.Unknown && !pattern.IsNamed(left) && left.Extension is { } extension && (DumpFilter(left), DumpFilter(right)) is ({ } ofLeft, { } ofRight))
        {
            _notes.Add(new(VerificationNoteKind.Note, left.FullName, $"Only the rows that were added to those of the extension {extension} were compared, as pg_dump tells them."));
            return plan with { LeftFilter = ofLeft, RightFilter = ofRight };
        }

        if (published?.Filter is not { } filter)
            return plan;
        _notes.Add(new(VerificationNoteKind.Note, left.FullName, $"Only the rows that the publication lets through were compared: {filter}"));
        return plan with { LeftFilter = filter };
    }

    /// <summary>Null where pg_dump takes all rows along.</summary>
    private static string? DumpFilter(CatalogTable table) => table.DumpCondition.TrimStart() is { Length: > Where } condition && condition.StartsWith("WHERE", StringComparison.OrdinalIgnoreCase) ? condition[Where..] : null;

    /// <summary>Partitions are compared where they are the same files, and where they are replicated by themselves; else the table that they make up.</summary>
    private bool Skips(CatalogTable table, bool isByItself)
    {
        var isReplay = relation == SideRelation.Replay;
        switch (table)
        {
            case { Kind: 'f' }:
                return NotCompared(table, "is a foreign table");
            case { HasForeignPartition: true } when !isReplay:
                return NotCompared(table, "has a foreign partition");
            case { Persistence: 'u' } when isReplay:
                return NotCompared(table, "is unlogged: a standby has nothing of it");
            case { Kind: 'p' } when isReplay:
                return true;
            case { IsPartition: true }:
                return !isReplay && !isByItself && !pattern.IsNamed(table);
            case { Kind: 'm' } when !isReplay && !pattern.IsNamed(table):
                return NotCompared(table, "is a materialized view, which each server computes by itself");
            default:
                return false;
        }
    }

    private bool NotCompared(CatalogTable table, string why)
    {
        _notes.Add(new(pattern.IsNamed(table) ? VerificationNoteKind.NotVerified : VerificationNoteKind.Note, table.FullName, $"It was not compared: it {why}."));
        return true;
    }

    internal static string Names(IReadOnlyList<string> names) => names.Count <= MostNames ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} more";
}

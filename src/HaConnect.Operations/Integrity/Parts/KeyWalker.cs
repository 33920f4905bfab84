using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Ranges of a key, whose bounds are found by walking its index on the left side. The first and the last one are open: rows that only the right side has beyond either end are in them.</summary>
internal sealed class KeyWalker(TablePlan plan, TimeSpan target, IReadOnlyDictionary<string, Part> planned) : IPartWalker, IDisposable
{
    private const long First = 10_000;
    private const long Least = 500;
    private const long Most = 1_000_000;

    private readonly PartSize _size = new(First, Least, Most, target);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _next = [];
    private bool _isDone;

    /// <exception cref="UnwalkableKeyException">A bound came again: what is in the key's column and what its index says do not go together.</exception>
    public async Task<Part?> NextAsync(SessionPair pair, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isDone)
                return null;
            var part = planned.GetValueOrDefault(JournalKey.Of(_next)) ?? Of(plan, _next, await BoundAsync(pair.Left, cancellationToken).ConfigureAwait(false));
            if (part.UpTo.Count > 0 && !_seen.Add(JournalKey.Of(part.UpTo)))
                throw new UnwalkableKeyException(plan.MethodText, part.UpTo);
            (_next, _isDone) = (part.UpTo, part.UpTo.Count == 0);
            return part;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Learn(Part part, long rows, TimeSpan took)
    {
        if (rows >= Least)
            _size.Learn(rows, took);
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>The condition of the range behind one bound up to another.</summary>
    internal static Part Of(TablePlan plan, IReadOnlyList<string> after, IReadOnlyList<string> upTo)
    {
        var key = plan.Key.Count == 1 ? Quoted.Of(plan.Key[0].Name) : $"({string.Join(", ", plan.Key.Select(k => Quoted.Of(k.Name)))})";
        List<string> conditions = [];
        if (after.Count > 0)
            conditions.Add($"{key} > {Row(1)}");
        if (upTo.Count > 0)
            conditions.Add($"{key} <= {Row(1 + after.Count)}");
        return new Part(conditions.Count == 0 ? "true" : string.Join(" AND ", conditions), [.. after, .. upTo], after, upTo);

        string Row(int first)
        {
            var values = plan.KeyTypes.Select((type, i) => string.Create(CultureInfo.InvariantCulture, $"${first + i}::pg_catalog.text::{type}"));
            return plan.Key.Count == 1 ? values.First() : $"ROW({string.Join(", ", values)})";
        }
    }

    private async Task<IReadOnlyList<string>> BoundAsync(ServerSession left, CancellationToken cancellationToken)
    {
        var rest = Of(plan, _next, []);
        var names = string.Join(", ", plan.Key.Select(k => Quoted.Of(k.Name)));
        var sql = string.Create(CultureInfo.InvariantCulture,
            $"SELECT ARRAY[{string.Join(", ", plan.Key.Select(k => Quoted.Of(k.Name) + "::pg_catalog.text"))}] FROM {plan.From.Left} WHERE {rest.Where} ORDER BY {names} OFFSET {_size.Current - 1} LIMIT 1");
        var found = await left.QueryAsync(new Statement(sql, [.. rest.Arguments]), static row => row.GetFieldValue<string[]>(0), cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? [] : found[0];
    }
}

using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Ranges of the table's file. The last one is open: what is added meanwhile is in it.</summary>
internal sealed class BlockWalker(long blocks, TimeSpan target, IReadOnlyDictionary<string, Part> planned) : IPartWalker
{
    private const long First = 256;
    private const long Least = 4;
    private const long Most = 65_536;

    private readonly PartSize _size = new(First, Least, Most, target);
    private readonly Lock _lock = new();
    private long _next;
    private bool _isDone;

    public Task<Part?> NextAsync(SessionPair pair, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isDone)
                return Task.FromResult<Part?>(null);
            var part = planned.GetValueOrDefault(JournalKey.Of(Bound(_next))) ?? Of(_next, _next + _size.Current >= blocks ? null : _next + _size.Current);
            if (part.UpTo is [var upTo])
                _next = long.Parse(upTo, CultureInfo.InvariantCulture);
            else
                _isDone = true;
            return Task.FromResult<Part?>(part);
        }
    }

    public void Learn(Part part, long rows, TimeSpan took)
    {
        if (part is { UpTo: [var upTo] })
            _size.Learn(long.Parse(upTo, CultureInfo.InvariantCulture) - (part.After is [var after] ? long.Parse(after, CultureInfo.InvariantCulture) : 0), took);
    }

    internal static Part Of(long from, long? upTo)
    {
        var lower = Text($"ctid >= '({from},0)'::pg_catalog.tid");
        return upTo is { } end
            ? new Part($"{lower} AND {Text($"ctid < '({end},0)'::pg_catalog.tid")}", [], Bound(from), [Text($"{end}")])
            : new Part(lower, [], Bound(from), []);
    }

    private static string[] Bound(long block) => block == 0 ? [] : [Text($"{block}")];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

namespace HaConnect.Model;

/// <summary>Breadth first, so that the first violation found is a shortest one; to exhaustion where there is none.</summary>
internal sealed class Search
{
    private readonly Bounds _bounds;
    private readonly Rule _broken;
    private readonly HashSet<Invariant> _checked;
    private readonly int _words;
    private readonly StateSet _states;
    private readonly World _start;
    private readonly World _present, _scratch, _renamed;
    private readonly ulong[] _best, _other;
    private readonly List<Renaming> _renamings;
    private int _at;
    private bool _found;
    private Move _last;

    private Search(Bounds bounds, Rule broken, IEnumerable<Invariant> toCheck, World? from = null)
    {
        _start = from ?? World.Start(bounds, broken);
        (_bounds, _broken, _checked) = (bounds, broken, [.. toCheck]);
        _words = Packing.WordsOf(bounds);
        _states = new StateSet(_words);
        (_present, _scratch, _renamed) = (new World(bounds, broken), new World(bounds, broken), new World(bounds, broken));
        (_best, _other) = (new ulong[_words], new ulong[_words]);
        _renamings = Renaming.All(bounds);
    }

    /// <summary>What harms whoever uses the database: everything else is a means to it.</summary>
    internal static readonly Invariant[] Harm = [Invariant.NoLostAck, Invariant.AtMostOneAckingPrimary];

    internal static readonly Invariant[] Everything = Enum.GetValues<Invariant>();

    internal static Outcome Run(Bounds bounds, Rule broken = Rule.None, IEnumerable<Invariant>? toCheck = null, int limit = int.MaxValue, Action<World>? visit = null, World? from = null)
    {
        var started = Environment.CpuUsage.TotalTime;
        var search = new Search(bounds, broken, toCheck ?? Everything, from);
        var (depth, isExhausted) = search.Explore(limit, visit);
        var (trace, violated) = search._found ? search.Trace() : ([], Invariant.None);
        return new Outcome(bounds, broken, search._states.Count, depth, isExhausted, violated, trace, Environment.CpuUsage.TotalTime - started);
    }

    /// <summary>For each key that a state can have, the shortest way to the first state that has it.</summary>
    internal static Dictionary<string, IReadOnlyList<Move>> ShortestWays(Bounds bounds, Func<World, IEnumerable<string>> keys, Rule broken)
    {
        var search = new Search(bounds, broken, []);
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        search.Explore(int.MaxValue, world =>
        {
            foreach (var key in keys(world))
                first.TryAdd(key, search._at);
        });
        return first.ToDictionary(f => f.Key, f => (IReadOnlyList<Move>)[.. search.WayTo(f.Value).Trace.Select(h => h.Move)], StringComparer.Ordinal);
    }

    private (int Depth, bool IsExhausted) Explore(int limit, Action<World>? visit)
    {
        var start = Started();
        Canonical.Tidy(start);
        Keep(start, -1);
        Action<Move, World> found = Found;
        var (depth, endOfLevel) = (0, 1);
        for (_at = 0; _at < _states.Count; _at++)
        {
            if (_at == endOfLevel)
                (depth, endOfLevel) = (depth + 1, _states.Count);
            if (_states.Count > limit)
                return (depth, false);
            Packing.Read(_present, _states[_at]);
            visit?.Invoke(_present);
            Moves.Of(_present, _scratch, found);
            if (_found)
                return (depth + 1, false);
        }

        return (depth, true);
    }

    private void Found(Move move, World next)
    {
        if (_found)
            return;
        if (next.Violated != Invariant.None && _checked.Contains(next.Violated))
        {
            (_found, _last) = (true, move);
            return;
        }

        Keep(next, _at);
    }

    private void Keep(World world, int parent)
    {
        Canonicalize(world);
        _states.Add(_best, parent);
    }

    private void Canonicalize(World world)
    {
        Packing.Write(world, _best);
        foreach (var renaming in _renamings)
        {
            renaming.Apply(world, _renamed);
            Packing.Write(_renamed, _other);
            if (_other.AsSpan().SequenceCompareTo(_best) < 0)
                _other.CopyTo(_best, 0);
        }
    }

    private (IReadOnlyList<Happening> Trace, Invariant Violated) Trace()
    {
        var (world, trace) = WayTo(_at);
        Invariant violated = default;
        Follow(world, next => _checked.Contains(violated = next.Violated) && violated != Invariant.None, trace);
        return (trace, violated);
    }

    /// <summary>The way to a state, followed from the start, since the states kept may have their nodes renamed on the way.</summary>
    private (World World, List<Happening> Trace) WayTo(int index)
    {
        var path = new List<int>();
        for (var i = index; i >= 0; i = _states.ParentOf(i))
            path.Insert(0, i);
        var trace = new List<Happening>();
        var world = Started();
        foreach (var wanted in path.Skip(1))
            world = Follow(world, next => Is(next, wanted), trace);
        return (world, trace);
    }

    private World Started()
    {
        var world = new World(_bounds, _broken);
        world.CopyFrom(_start);
        return world;
    }

    private bool Is(World next, int wanted)
    {
        Canonicalize(next);
        return _states[wanted].SequenceEqual(_best);
    }

    private World Follow(World world, Func<World, bool> isNext, List<Happening> trace)
    {
        World? result = null;
        Moves.Of(world, new World(_bounds, _broken), (move, next) =>
        {
            if (result is not null || !isNext(next))
                return;
            trace.Add(new Happening(move, move.Describe(world)));
            result = new World(_bounds, _broken);
            result.CopyFrom(next);
        });
        return result ?? throw new InvalidOperationException("the way to a state could not be followed again");
    }
}

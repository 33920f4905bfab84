namespace HaConnect.Model;

/// <summary>
/// The same state with the nodes called otherwise and the coordinators in another order. Every step has its like among the renamed ones
/// as long as node 0 keeps its name, since term 1 is defined by it, and ties are not broken by name.
/// </summary>
internal sealed class Renaming
{
    private readonly Bounds _bounds;
    private readonly int[] _nodes, _coordinators, _plus, _masks, _coordinatorsPlus;

    private Renaming(Bounds bounds, int[] nodes, int[] coordinators)
    {
        (_bounds, _nodes, _coordinators) = (bounds, nodes, coordinators);
        _plus = [0, .. nodes.Select(n => n + 1)];
        _coordinatorsPlus = [0, .. coordinators.Select(c => c + 1)];
        _masks = [.. Enumerable.Range(0, 1 << bounds.Voters).Select(m => Enumerable.Range(0, bounds.Voters).Sum(v => (m >> v & 1) << nodes[v]))];
    }

    private bool ChangesNothing => _nodes.Select((x, i) => x == i).All(x => x) && _coordinators.Select((x, i) => x == i).All(x => x);

    /// <summary>All the ways to rename standbys and coordinators, but the one that changes nothing.</summary>
    internal static List<Renaming> All(Bounds bounds)
    {
        var nodes = bounds.TiesAsTheMachine
            ? [Enumerable.Range(0, bounds.Voters).ToArray()]
            : Orders([.. Enumerable.Range(1, bounds.DataNodes - 1 - bounds.Unnamed)]).Select(o => (int[])[0, .. o, .. Enumerable.Range(bounds.DataNodes - bounds.Unnamed, bounds.Unnamed + bounds.Witnesses)]).ToList();
        var coordinators = Orders([.. Enumerable.Range(0, bounds.Coordinators)]).ToList();
        return [.. nodes.SelectMany(n => coordinators.Select(c => new Renaming(bounds, n, c))).Where(r => !r.ChangesNothing)];
    }

    internal void Apply(World from, World to)
    {
        to.CopyFrom(from);
        for (var v = 0; v < _bounds.Voters; v++)
        {
            ref var s = ref to.Servers[_nodes[v]];
            s = from.Servers[v];
            (s.Upstream, s.Lingering, s.Decision, s.Names) = (_plus[s.Upstream], _plus[s.Lingering], _plus[s.Decision], _masks[s.Names]);
            (s.Holder, s.Owner, s.Wal) = (_coordinatorsPlus[s.Holder], _coordinatorsPlus[s.Owner], s.Wal.Rename(_nodes));
        }

        for (var c = 0; c < _bounds.Coordinators; c++)
            Apply(ref from.Offices[c], out to.Offices[_coordinators[c]]);
        for (var t = 2; t <= _bounds.Terms; t++)
        {
            to.LeaderOf[t] = _plus[from.LeaderOf[t]];
            for (var p = 0; p < _bounds.DataNodes; p++)
            {
                var row = from.RowNames[(t * _bounds.DataNodes) + p];
                to.RowNames[(t * _bounds.DataNodes) + _nodes[p]] = row == 0 ? 0 : (_masks[row >> 1] << 1) | 1;
            }
        }
    }

    private void Apply(ref Office old, out Office o)
    {
        o = old;
        (o.Candidate, o.Lost, o.Decision, o.EstablishedPrimary) = (_plus[o.Candidate], _plus[o.Lost], _plus[o.Decision], _nodes[o.EstablishedPrimary]);
        (o.Held, o.Pending, o.Done, o.Promised) = (_masks[o.Held], _masks[o.Pending], _masks[o.Done], _masks[o.Promised]);
        (o.Standbys, o.CutOff, o.HasPosition, o.Names) = (_masks[o.Standbys], _masks[o.CutOff], _masks[o.HasPosition], _masks[o.Names]);
        o.WentOn = _masks[o.WentOn];
        if (old.Orders == 0 && old.Positions == 0 && old.Told == 0)
            return;
        (o.Orders, o.Positions, o.Told) = (0, 0, 0);
        for (var v = 0; v < _bounds.Voters; v++)
        {
            o.Orders |= (old.Orders >> (v * 4) & 0xF) << (_nodes[v] * 4);
            var (term, whom) = old.ToldBy(v);
            o.Tell(_nodes[v], term, _plus[whom]);
            if (v < _bounds.DataNodes)
                o.Positions |= (old.Positions >> (v * 8) & 0xFF) << (_nodes[v] * 8);
        }
    }

    private static IEnumerable<int[]> Orders(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(first => Orders([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
}

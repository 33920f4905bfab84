namespace HaConnect.Model;

/// <summary>Which steps are possible, and what each does.</summary>
internal static class Moves
{
    /// <summary>Calls back with every possible step and the state after it, which is the scratch one and valid during the call only.</summary>
    internal static void Of(World w, World scratch, Action<Move, World> found)
    {
        var b = w.Bounds;
        for (var n = 0; n < b.DataNodes; n++)
            OfServer(w, n, Try);
        for (var v = 0; v < b.Voters; v++)
        {
            if (w.Servers[v].Holder != 0 && w.Breaks < b.Breaks)
                Try(new Move(MoveKind.Break, Node: v));
        }

        for (var c = 0; c < b.Coordinators; c++)
            OfCoordinator(w, c, Try);

        void Try(Move move)
        {
            for (var tie = 0; ; tie++)
            {
                scratch.CopyFrom(w);
                scratch.TieWanted = tie;
                if (!Apply(scratch, move))
                    return;
                found(move with { Tie = tie }, scratch);
                if (tie + 1 >= scratch.Ties)
                    return;
            }
        }
    }

    private static void OfServer(World w, int n, Action<Move> add)
    {
        ref var s = ref w.Servers[n];
        var b = w.Bounds;
        if (!s.IsAlive)
        {
            add(new Move(MoveKind.Start, Node: n));
        }
        else
        {
            if (!s.InRecovery && w.Written < b.Writes && TakesWrites(w, n))
                add(new Move(MoveKind.Write, Node: n));
            if (w.Source(n) is var from and not 0 && w.Servers[from - 1].Wal.Length > s.Wal.Length)
                add(new Move(MoveKind.Receive, Node: n));
            if (s.Lingering != 0)
                add(new Move(MoveKind.ReceiverStops, Node: n));
            if (s is { InRecovery: true, PrimaryOf: not 0 })
                add(new Move(MoveKind.LeaveRecovery, Node: n));
            if (w.Crashes < b.Crashes)
                add(new Move(MoveKind.Crash, Node: n));
        }

        for (var from = 0; w.Rebuilds < b.Rebuilds && from < b.DataNodes; from++)
        {
            if (from != n && MayRebuild(w, n, from))
                add(new Move(MoveKind.Rebuild, Node: n, Others: from));
        }
    }

    /// <summary>Clients of the library write where they see an established term; others write wherever it is taken.</summary>
    private static bool TakesWrites(World w, int n)
    {
        if (w.Bounds.AnyClient || !w.Keeps(Rule.ServeEstablished))
            return true;
        var row = w.Servers[n].Wal.Newest(Wal.Row);
        return row.Primary == n && w.Servers[n].Wal.Newest(Wal.Mark) == row && w.Servers[n].PrimaryOf == row.Term;
    }

    /// <summary>
    /// An operator rebuilds a node that was once a primary from the established one, and only where the term in which it became primary
    /// is older than the one established: a node that was promoted in a newer term may hold acked writes that nobody else has.
    /// </summary>
    private static bool MayRebuild(World w, int n, int from)
    {
        if (w.Servers[n].InRecovery || w.Servers[from] is not { IsAlive: true, InRecovery: false } source)
            return false;
        var (term, primary) = w.NewestEstablished();
        if (w.Keeps(Rule.RewindEstablished) && (from != primary || source.Wal.Newest(Wal.Mark).Term != term))
            return false;
        if (n == primary && w.Keeps(Rule.RewindEstablished))
            return false;
        return !w.Keeps(Rule.RebuildForward) || w.Servers[n].PrimaryOf < term;
    }

    private static void OfCoordinator(World w, int c, Action<Move> add)
    {
        ref var o = ref w.Offices[c];
        var b = w.Bounds;
        var (held, free) = (0, 0);
        for (var v = 0; v < b.Voters; v++)
        {
            var isHeld = (o.Held >> v & 1) != 0;
            if (isHeld && (w.Servers[v].Holder != c + 1 || !w.Servers[v].IsAlive))
                add(new Move(MoveKind.LoseSession, c, v));
            if (o[v] != Order.None && isHeld && Statements.CanRun(w, c, v))
                add(new Move(MoveKind.CarryOut, c, v));
            if (isHeld && w.Servers[v].IsAlive && w.Servers[v].Holder == c + 1)
                held |= 1 << v;
            if (!isHeld && w.Servers[v].IsAlive && w.Servers[v].Holder == 0)
                free |= 1 << v;
        }

        if (o.Stage is Stage.Watching or Stage.Leading)
        {
            // Of those in reach any may answer too late to count.
            for (var read = held | free; read != 0; read = (read - 1) & (held | free))
            {
                if (World.Count(read) < b.Majority)
                    continue;
                add(new Move(MoveKind.FailOver, c, Others: read));
                add(new Move(MoveKind.Survey, c, Others: read));
            }

            if (o.Stage == Stage.Leading)
            {
                add(new Move(MoveKind.Release, c));
                add(new Move(MoveKind.Peace, c, Others: held | free));
            }
        }
        else if (o.Stage == Stage.Reading)
        {
            // Whoever was lost since the step began is not asked for its lock again.
            var asked = (held | free) & o.Pending;
            for (var read = asked; read != 0; read = (read - 1) & asked)
            {
                if (World.Count(read) >= b.Majority)
                    add(new Move(MoveKind.Read, c, Others: read));
            }
        }
        else
        {
            if (o.Pending != 0)
            {
                add(new Move(MoveKind.Grace, c));
                add(new Move(MoveKind.Time, c));
            }
        }

        if (o.Stage != Stage.Watching && w.Deaths < b.Deaths)
            add(new Move(MoveKind.Die, c));
        OfBrokenFence(w, c, add);
    }

    /// <summary>Once its term is established, a coordinator deals with the primary before it. Nothing of this is done by the unbroken protocol.</summary>
    private static void OfBrokenFence(World w, int c, Action<Move> add)
    {
        if (w.Keeps(Rule.OldNames | Rule.Terminate) || w.Offices[c] is not { Stage: Stage.Leading, Established: > 1 } o)
            return;
        for (var n = 0; n < w.Bounds.DataNodes; n++)
        {
            if (n == o.EstablishedPrimary || w.Servers[n] is not { IsAlive: true, InRecovery: false, IsSynchronous: true } || w.Servers[n].PrimaryOf > o.Established)
                continue;
            if (!w.Keeps(Rule.OldNames))
                add(new Move(MoveKind.EmptyNames, c, n));
            if (!w.Keeps(Rule.Terminate))
                add(new Move(MoveKind.Cancel, c, n));
        }
    }

    /// <summary>False where nothing came of it.</summary>
    internal static bool Apply(World w, Move move)
    {
        var happened = move.Kind switch
        {
            MoveKind.FailOver => Beginnings.FailOver(w, move.Who, move.Others),
            MoveKind.Survey => Beginnings.Survey(w, move.Who, move.Others),
            MoveKind.Peace => Beginnings.Peace(w, move.Who, move.Others),
            MoveKind.Read => Beginnings.Read(w, move.Who, move.Others),
            MoveKind.Grace => Waited(w, move.Who, time: false),
            MoveKind.Time => Waited(w, move.Who, time: true),
            _ => Do(w, move),
        };
        if (!happened)
            return false;
        Checks.Acks(w);
        Canonical.Tidy(w);
        return true;
    }

    private static bool Waited(World w, int c, bool time)
    {
        var before = w.Offices[c];
        Table.Advance(w, c, grace: true, time);
        return before.Stage != w.Offices[c].Stage || before.Pending != w.Offices[c].Pending;
    }

    private static bool Do(World w, Move move)
    {
        var (kind, c, n, others, _) = move;
        switch (kind)
        {
            case MoveKind.Write:
                w.Servers[n].Wal = w.Servers[n].Wal.Append(Wal.WriteOf(w.Written++));
                break;
            case MoveKind.Receive:
                var (wal, from) = (w.Servers[n].Wal, w.Servers[w.Source(n) - 1].Wal);
                w.Servers[n].Wal = wal.Append(from[wal.Length]);
                break;
            case MoveKind.ReceiverStops:
                w.Servers[n].Lingering = 0;
                break;
            case MoveKind.LeaveRecovery:
                Statements.LeaveRecovery(w, n);
                break;
            case MoveKind.Crash:
                w.Crashes++;
                if (w.Servers[n].InRecovery)
                    w.Servers[n].PrimaryOf = 0; // the file that asks for it is removed at the start
                (w.Servers[n].IsAlive, w.Servers[n].Holder, w.Servers[n].Lingering) = (false, 0, 0);
                break;
            case MoveKind.Start:
                w.Servers[n].IsAlive = true;
                break;
            case MoveKind.Break:
                w.Breaks++;
                w.Servers[n].Holder = 0;
                break;
            case MoveKind.Rebuild:
                w.Rebuilds++;
                if (w.NewestEstablished() is var (_, primary) && primary != others)
                    w.Violate(Invariant.NoRewindBeforeEstablish);
                w.Servers[n] = new Server { IsAlive = true, InRecovery = true, Upstream = others + 1, Wal = w.Servers[others].Wal };
                break;
            case MoveKind.CarryOut:
                Statements.Run(w, c, n);
                break;
            case MoveKind.LoseSession:
                Table.LoseSession(w, c, n);
                break;
            case MoveKind.Release:
                Table.Release(w, c);
                break;
            case MoveKind.Die:
                w.Deaths++;
                Table.Release(w, c);
                (w.Offices[c].Established, w.Offices[c].EstablishedPrimary) = (1, 0);
                break;
            case MoveKind.EmptyNames:
                (w.Servers[n].IsSynchronous, w.Servers[n].Names) = (false, 0);
                break;
            case MoveKind.Cancel:
                for (var i = 0; i < w.Servers[n].Wal.Length; i++)
                {
                    var entry = w.Servers[n].Wal[i];
                    if ((entry & 3) == Wal.Write && (w.Acked >> (entry >> 2) & 1) == 0)
                        Checks.Ack(w, n, entry >> 2);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(move), move, null);
        }

        return true;
    }
}

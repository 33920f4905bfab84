using HaConnect.Failover;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Servers;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Faults;

/// <summary>Lets the faults of a plan happen, and puts everything right at their end, or at the end of all faults.</summary>
internal sealed class FaultInjector(World world, FaultPlan plan)
{
    private readonly List<Action> _toUndo = [];
    private readonly List<(Fault Fault, int Left)> _armed = [];
    private bool _isOver;

    internal void Begin()
    {
        foreach (var fault in plan.Faults)
            world.Scheduler.At(fault.At, () => Strike(fault));
        world.Scheduler.At(world.Config.FaultsUntil, EndAll);
    }

    /// <summary>A coordinator's statement has arrived at a server's host.</summary>
    internal void StatementArrives(SimSession session, string sql)
    {
        if (_armed.Count == 0 || KindOf(sql) is not { } kind)
            return;
        for (var i = 0; i < _armed.Count; i++)
        {
            var (fault, left) = _armed[i];
            if (fault.Statement != kind)
                continue;
            if (left > 1)
            {
                _armed[i] = (fault, left - 1);
                continue;
            }

            _armed.RemoveAt(i--);
            world.Trace($"{fault}: {session.Instance.Name} at {session.Process.Server.Name}");
            StrikeAt(fault, session);
        }
    }

    private void Strike(Fault fault)
    {
        if (_isOver)
            return;
        if (fault.Kind == FaultKind.AtStatement)
        {
            _armed.Add((fault, fault.Occurrence));
            return;
        }

        world.Trace($"fault: {fault}");
        var server = fault.Target == Fault.ThePrimary ? Primary() : fault.Target >= 0 && fault.Target < world.Servers.Count ? world.Servers[fault.Target] : world.Servers[0];
        var instance = fault.Target == Fault.TheCoordinator ? Coordinator() : fault.Target >= 0 && fault.Target < world.Instances.Count ? world.Instances[fault.Target] : world.Instances[0];
        var other = world.Servers[Math.Clamp(fault.Other, 0, world.Servers.Count - 1)];
        switch (fault.Kind)
        {
            case FaultKind.KillServer:
                KillServer(server, fault.For);
                break;
            case FaultKind.FreezeServer:
                server.Freeze();
                Later(fault.For, server.Thaw);
                break;
            case FaultKind.IsolateServer:
                Isolate(server.Host, fault.For);
                break;
            case FaultKind.Partition:
                Partition(fault.Mask | (1 << Primary().Host), fault.For);
                break;
            case FaultKind.OneWayCut when other != server:
                Cut(other.Host, server.Host, fault.For);
                break;
            case FaultKind.CutServers when other != server:
                Cut(other.Host, server.Host, fault.For);
                Cut(server.Host, other.Host, fault.For);
                break;
            case FaultKind.CutInstance:
                Cut(instance.Host, other.Host, fault.For);
                Cut(other.Host, instance.Host, fault.For);
                break;
            case FaultKind.CutObservers:
                foreach (var each in world.Instances)
                {
                    Cut(each.Host, server.Host, fault.For);
                    Cut(server.Host, each.Host, fault.For);
                }

                break;
            case FaultKind.IsolateInstance:
                Isolate(instance.Host, fault.For);
                break;
            case FaultKind.FreezeInstance:
                FreezeInstance(instance, fault.For);
                break;
            case FaultKind.KillInstance:
                KillInstance(instance, fault.For);
                break;
            case FaultKind.SlowServer:
                Slow(server.Host, 60);
                Later(fault.For, () => Slow(server.Host, 1));
                break;
            case FaultKind.EndLockSession:
                server.Process?.LockHolder?.BreakFromServer();
                break;
            case FaultKind.StickReplay:
                server.Process?.Startup.Stick();
                Later(fault.For, () => server.Process?.Startup.Unstick());
                break;
            case FaultKind.PauseReplay:
                server.Process?.Startup.Pause();
                Later(fault.For, () => server.Process?.Startup.Resume());
                break;
            case FaultKind.FillDisk:
                server.Disk.IsFull = true;
                Later(fault.For, () => server.Disk.IsFull = false);
                break;
            case FaultKind.ExhaustConnections:
                server.IsOutOfConnections = true;
                Later(fault.For, () => server.IsOutOfConnections = false);
                break;
            case FaultKind.Switchover:
                world.Operator.AskForSwitchover(other);
                break;
            case FaultKind.Rejoin:
                world.Operator.Rejoin(server);
                break;
        }
    }

    private void StrikeAt(Fault fault, SimSession session)
    {
        var (server, instance) = (session.Process.Server, session.Instance);
        switch ((StatementEffect)fault.Other)
        {
            case StatementEffect.FreezeInstance:
                FreezeInstance(instance, fault.For);
                break;
            case StatementEffect.KillInstance:
                KillInstance(instance, fault.For);
                break;
            case StatementEffect.IsolateInstance:
                Isolate(instance.Host, fault.For);
                break;
            case StatementEffect.KillServer:
                KillServer(server, fault.For);
                break;
            case StatementEffect.FreezeServer:
                server.Freeze();
                Later(fault.For, server.Thaw);
                break;
            case StatementEffect.EndSession:
                session.BreakFromServer();
                break;
            case StatementEffect.KillPrimary:
                KillServer(Primary(), fault.For);
                break;
            case StatementEffect.CutInstanceFromServer:
                Cut(instance.Host, server.Host, fault.For);
                Cut(server.Host, instance.Host, fault.For);
                break;
            case StatementEffect.IsolateServerSoon:
                world.Scheduler.After(fault.For % 500_000, () => Isolate(server.Host, fault.For));
                break;
        }
    }

    private SimServer Primary() => world.Judge.EstablishedPrimary ?? world.Servers[0];

    /// <summary>Whoever holds most locks.</summary>
    private SimInstance Coordinator() =>
        world.Servers.Select(s => s.Process?.LockHolder?.Instance).Where(i => i is { Actor.IsDead: false }).GroupBy(i => i).OrderByDescending(g => g.Count()).Select(g => g.Key).FirstOrDefault() ?? world.Instances[0];

    private void KillServer(SimServer server, long length)
    {
        server.Kill();
        Later(length, server.Start);
    }

    private void FreezeInstance(SimInstance instance, long length)
    {
        world.Trace($"{instance.Name} is frozen");
        instance.Actor.Freeze();
        Later(length, () =>
        {
            world.Trace($"{instance.Name} is thawed");
            instance.Actor.Thaw();
        });
    }

    private void KillInstance(SimInstance instance, long length)
    {
        var index = world.Instances.IndexOf(instance);
        if (index < 0 || instance.Actor.IsDead)
            return;
        instance.Kill();
        Later(length, () => world.StartInstance(index));
    }

    private void Isolate(int host, long length)
    {
        for (var other = 0; other < world.Config.Voters + world.Config.Instances; other++)
        {
            if (other == host)
                continue;
            Cut(host, other, length);
            Cut(other, host, length);
        }
    }

    private void Partition(int mask, long length)
    {
        var hosts = world.Config.Voters + world.Config.Instances;
        for (var a = 0; a < hosts; a++)
        {
            for (var b = 0; b < hosts; b++)
            {
                if ((mask >> a & 1) != (mask >> b & 1))
                    Cut(a, b, length);
            }
        }
    }

    private void Cut(int from, int to, long length)
    {
        world.Network.Cut(from, to);
        Later(length, () => world.Network.Heal(from, to));
    }

    private void Slow(int host, int factor)
    {
        for (var other = 0; other < world.Config.Voters + world.Config.Instances; other++)
        {
            world.Network.Slow(host, other, factor);
            world.Network.Slow(other, host, factor);
        }
    }

    /// <summary>Undoes it then, or when all faults end.</summary>
    private void Later(long length, Action undo)
    {
        var done = false;
        Action once = () =>
        {
            if (!done)
                undo();
            done = true;
        };
        if (_isOver)
        {
            once();
            return;
        }

        _toUndo.Add(once);
        world.Scheduler.After(length, once);
    }

    private void EndAll()
    {
        _isOver = true;
        _armed.Clear();
        world.Trace("all faults end");
        foreach (var undo in _toUndo)
            undo();
        foreach (var server in world.Servers)
            server.Start();
    }

    private static StatementKind? KindOf(string sql)
    {
        if (ReferenceEquals(sql, ControlSql.Renew) || ReferenceEquals(sql, ControlSql.ReadRegister))
            return null;
        if (sql.StartsWith("ALTER SYSTEM SET ", StringComparison.Ordinal))
        {
            if (sql.Contains("haconnect.term", StringComparison.Ordinal))
                return sql.Contains(",promised,", StringComparison.Ordinal) ? StatementKind.Promise : sql.Contains(",decided,", StringComparison.Ordinal) ? StatementKind.Decide : StatementKind.MarkRegister;
            if (sql.Contains("primary_conninfo", StringComparison.Ordinal))
                return sql.EndsWith("= ''", StringComparison.Ordinal) ? StatementKind.CutOff : StatementKind.Repoint;
            return sql.Contains("synchronous_standby_names", StringComparison.Ordinal) ? StatementKind.SetNames : null;
        }

        return ReferenceEquals(sql, ControlSql.Position) ? StatementKind.ReadPosition
            : ReferenceEquals(sql, ControlSql.Verify) ? StatementKind.Verify
            : ReferenceEquals(sql, ControlSql.Promote) ? StatementKind.Promote
            : ReferenceEquals(sql, ControlSql.InsertTerm) ? StatementKind.InsertTerm
            : ReferenceEquals(sql, ControlSql.Flushed) ? StatementKind.AwaitFlush
            : ReferenceEquals(sql, ControlSql.MarkEstablished) || ReferenceEquals(sql, ControlSql.MarkEstablishedAndEnd) ? StatementKind.MarkEstablished
            : ReferenceEquals(sql, ControlSql.TryLock) ? StatementKind.TakeLock
            : ReferenceEquals(sql, ControlSql.StartRequest) || ReferenceEquals(sql, ControlSql.UnawareInstances) ? StatementKind.Announce
            : ReferenceEquals(sql, ControlSql.Undrained) ? StatementKind.Drain
            : ReferenceEquals(sql, ControlSql.SealRequest) ? StatementKind.Seal
            : ReferenceEquals(sql, ControlSql.HasReplayed) ? StatementKind.CatchUp
            : ReferenceEquals(sql, ControlSql.AllowWrites) ? StatementKind.AllowWrites
            : null;
    }
}

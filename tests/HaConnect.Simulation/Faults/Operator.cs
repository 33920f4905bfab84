using HaConnect.Failover.Switchover;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;

namespace HaConnect.Simulation.Faults;

/// <summary>
/// A person with a shell: after the faults have ended, brings back what cannot come back by itself. It rebuilds nodes from the established
/// primary, one at a time, and only while no failover is under way.
/// </summary>
internal sealed class Operator(World world)
{
    private const long Patience = 3_000_000;

    private readonly Dictionary<SimServer, long> _notStreamingSince = [];
    private long _requests;

    /// <summary>In every other run it is at work all the time, so that one failover can follow another; in the rest only when the faults have ended.</summary>
    internal void Begin() => world.Scheduler.At(new Time.Dice(world.Seed, "operator").OneIn(2) ? 2_000_000 : world.Config.FaultsUntil + 500_000, Tend);

    internal void Rejoin(SimServer node)
    {
        if (node.IsWitness || Source(node) is not { } source)
            return;
        if (!world.Config.DoesBreak(Breaks.RejoinBeforeEstablished) && (source.Process!.Terms.Established is not { } row || row.Primary != source.Name || source != world.Judge.EstablishedPrimary || IsBusy(source)))
            return;
        world.Trace($"the operator rebuilds {node.Name} from {source.Name}");
        world.Judge.Rejoining(node, source);
        node.Kill();
        node.EndNow();
        var own = node.Disk.Settings.GetValueOrDefault("haconnect.term");
        node.Disk.CopyFrom(source.Disk);
        node.Disk.Settings.Remove("haconnect.term");
        if (own is not null)
            node.Disk.Settings["haconnect.term"] = own; // docs/operations/rejoin.md: what it has promised must not be forgotten
        node.Disk.IsStandby = true;
        node.Disk.Settings["primary_conninfo"] = world.Conninfo.Build(node.Name, source.Name);
        node.Disk.Settings["synchronous_standby_names"] = "";
        node.Start();
    }

    internal void AskForSwitchover(SimServer target)
    {
        if (world.Judge.EstablishedPrimary is { Process: { Accepts: true, InRecovery: false, Actor.IsFrozen: false } primary } && !primary.RefusesWrites)
            primary.Append(new WalEntry { Request = new SwitchoverRequest(++_requests, world.Judge.NewestTerm, target.IsWitness ? null : target.Name, TimeSpan.FromSeconds(2), _requests % 2 == 0) });
    }

    private SimServer? Source(SimServer node) => world.Config.DoesBreak(Breaks.RejoinBeforeEstablished)
        ? world.DataNodes.Where(s => s != node && s.Process is { Accepts: true, InRecovery: false, Actor.IsFrozen: false }).MaxBy(s => s.Disk.Timeline)
        : world.DataNodes.FirstOrDefault(s => s != node && s == world.Judge.EstablishedPrimary && s.Process is { Accepts: true, InRecovery: false, Actor.IsFrozen: false });

    /// <summary>
    /// A coordinator is at work, or the newest decision is for another node, which may have been promoted and have acked: what that node or
    /// its followers hold must not be thrown away yet.
    /// </summary>
    private bool IsBusy(SimServer primary)
    {
        var registers = world.Servers.Select(s => Failover.Register.Parse(s.IsWitness ? s.WitnessRegister : s.Disk.Settings.GetValueOrDefault("haconnect.term"))).Where(r => r is not null).ToList();
        return registers.MaxBy(r => r!.Decided.Term)?.Decided is not { } newest || newest.Node != primary.Name || registers.Exists(r => r!.Term > newest.Term);
    }

    private void Tend()
    {
        foreach (var server in world.DataNodes)
        {
            var isWell = server == world.Judge.EstablishedPrimary || server.Process is null or { Accepts: false } or { Startup.Receiver.Status: "streaming" };
            if (isWell)
            {
                _notStreamingSince.Remove(server);
                continue;
            }

            if (!_notStreamingSince.TryGetValue(server, out var since))
                _notStreamingSince[server] = since = world.Scheduler.Now;
            if (world.Scheduler.Now - since < Patience)
                continue;
            _notStreamingSince.Remove(server);
            Rejoin(server);
            break;
        }

        world.Scheduler.After(500_000, Tend);
    }
}

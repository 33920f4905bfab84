using HaConnect.Simulation.Running;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Faults;

/// <summary>
/// The faults of a run, drawn from its seed. Half of the runs are swarms: a few kinds at a time, in bursts, half of them aimed at whoever is
/// primary then. The others are failovers in trouble: the primary is lost, again and again, while something strikes at a step of the
/// coordinator, since random moments rarely reach the narrow gaps. A fifth of all runs are switchovers, struck likewise. A fifth of those are duels: whoever was promoted is gone, and its
/// coordinator too, just as it began to serve, while the former primary is back. With more than three data nodes some are stragglers: a node
/// that no failover needs holds much that was never acked, of a term that is over, when the next primary is lost after a short while.
/// </summary>
internal sealed record FaultPlan(IReadOnlyList<Fault> Faults)
{
    internal static readonly FaultPlan None = new([]);

    private static readonly FaultKind[] Kinds = [.. Enum.GetValues<FaultKind>().Where(k => k != FaultKind.Switchover)];
    private static readonly StatementKind[] OfFailovers = [.. Enum.GetValues<StatementKind>().Where(k => k <= StatementKind.TakeLock)];
    private static readonly StatementKind[] Beginnings = [StatementKind.Promote, StatementKind.Repoint, StatementKind.InsertTerm, StatementKind.AwaitFlush, StatementKind.MarkEstablished];
    private static readonly StatementEffect[] Departures = [StatementEffect.FreezeInstance, StatementEffect.KillInstance, StatementEffect.IsolateInstance, StatementEffect.EndSession, StatementEffect.CutInstanceFromServer];
    private static readonly FaultKind[] Losses = [FaultKind.KillServer, FaultKind.KillServer, FaultKind.FreezeServer, FaultKind.IsolateServer, FaultKind.Partition, FaultKind.OneWayCut];

    internal static FaultPlan Draw(ulong seed, RunConfig config)
    {
        var dice = new Dice(seed, "faults");
        if (dice.OneIn(40))
            return None; // nothing goes wrong: nobody may act
        var faults = new List<Fault>();
        if (config.HasSwitchovers && new Dice(seed, "switchovers").OneIn(5))
            Relief(dice, config, faults);
        else if (config.DataNodes > 3 && dice.OneIn(5))
            Straggler(dice, config, faults);
        else if (dice.OneIn(2))
            Swarm(dice, config, faults);
        else if (dice.OneIn(5))
            Duel(dice, config, faults);
        else
            Trouble(dice, config, faults);
        return new FaultPlan([.. faults.Where(f => f.At < config.FaultsUntil - 500_000)]);
    }

    private static void Swarm(Dice dice, RunConfig config, List<Fault> faults)
    {
        var kinds = Kinds.Where(_ => dice.OneIn(3)).Append(dice.Of(Kinds)).Append(FaultKind.KillServer).ToArray();
        var count = 2 + dice.Below(10);
        var at = dice.Between(300_000, 4_000_000);
        for (var i = 0; i < count; i++)
        {
            faults.Add(One(dice, dice.Of(kinds), at, config));
            at += dice.OneIn(3) ? dice.Between(500_000, 5_000_000) : dice.Between(0, 250_000);
        }
    }

    private static void Trouble(Dice dice, RunConfig config, List<Fault> faults)
    {
        var at = dice.Between(600_000, 2_500_000);
        for (var failovers = 1 + dice.Below(4); failovers > 0; failovers--)
        {
            for (var strikes = dice.Below(4); strikes > 0; strikes--)
                faults.Add(One(dice, FaultKind.AtStatement, at - 1, config));
            faults.Add(One(dice, dice.Of(Losses), at, config) with { Target = Fault.ThePrimary });
            for (var extras = dice.Below(3); extras > 0; extras--)
                faults.Add(One(dice, dice.Of(Kinds), at + dice.Between(-100_000, 1_500_000), config));
            at += dice.Between(400_000, 5_500_000);
        }
    }

    /// <summary>One switchover after the other, some of them struck at a step.</summary>
    private static void Relief(Dice dice, RunConfig config, List<Fault> faults)
    {
        var at = dice.Between(600_000, 2_500_000);
        for (var switchovers = 1 + dice.Below(4); switchovers > 0; switchovers--)
        {
            for (var strikes = dice.Below(3); strikes > 0; strikes--)
                faults.Add(One(dice, FaultKind.AtStatement, at - 1, config) with { Statement = dice.Of(Enum.GetValues<StatementKind>()) });
            faults.Add(One(dice, FaultKind.Switchover, at, config));
            for (var extras = dice.Below(3); extras > 1; extras--)
                faults.Add(One(dice, dice.Of(Kinds), at + dice.Between(0, 4_000_000), config));
            at += dice.Between(2_500_000, 7_000_000);
        }
    }

    private static void Duel(Dice dice, RunConfig config, List<Fault> faults)
    {
        var at = dice.Between(600_000, 2_500_000);
        for (var rounds = 1 + dice.Below(2); rounds > 0; rounds--)
        {
            var statement = dice.Of(Beginnings);
            var occurrence = 1 + dice.Below(2);
            faults.Add(new Fault(FaultKind.AtStatement, at - 1, dice.Between(2_000_000, 9_000_000), 0, (int)dice.Of(Departures), statement, occurrence));
            faults.Add(new Fault(FaultKind.AtStatement, at - 1, dice.Between(2_000_000, 9_000_000), 0, (int)StatementEffect.IsolateServerSoon, dice.OneIn(2) ? statement : dice.Of(Beginnings), occurrence));
            faults.Add(One(dice, dice.OneIn(3) ? dice.Of(Losses) : FaultKind.KillServer, at, config) with { Target = Fault.ThePrimary, For = dice.Between(300_000, 3_000_000) });
            for (var extras = dice.Below(2); extras > 0; extras--)
                faults.Add(One(dice, dice.Of(Kinds), at + dice.Between(0, 4_000_000), config));
            at += dice.Between(4_000_000, 8_000_000);
        }
    }

    private static void Straggler(Dice dice, RunConfig config, List<Fault> faults)
    {
        // The first primary is rebuilt: it is no synchronous standby of the new one. Then it alone hears that one.
        var at = dice.Between(600_000, 1_500_000);
        faults.Add(new Fault(FaultKind.KillServer, at, dice.Between(1_000_000, 2_000_000), 0));
        at += dice.Between(2_200_000, 3_000_000);
        faults.Add(new Fault(FaultKind.Rejoin, at, 0, 0));
        at += dice.Between(600_000, 1_200_000);
        var length = dice.Between(2_500_000, 4_500_000);
        faults.Add(new Fault(FaultKind.Partition, at, length, Fault.ThePrimary, Mask: 1 | (((1 << config.Instances) - 1) << config.Voters)));

        // Both are lost, and so is their successor soon after it began; by then the straggler is back.
        at += length - dice.Between(0, 50_000);
        faults.Add(new Fault(FaultKind.KillServer, at, dice.Between(2_000_000, 4_000_000), 0));
        faults.Add(new Fault(FaultKind.AtStatement, at, dice.Between(3_000_000, 6_000_000), 0, (int)StatementEffect.IsolateServerSoon, StatementKind.MarkEstablished));
        faults.Add(new Fault(FaultKind.KillServer, at + 1, dice.Between(3_000_000, 8_000_000), Fault.ThePrimary));
    }

    private static Fault One(Dice dice, FaultKind kind, long at, RunConfig config)
    {
        var length = dice.Below(3) switch { 0 => dice.Between(5_000, 400_000), 1 => dice.Between(400_000, 3_000_000), _ => dice.Between(2_000_000, 9_000_000) };
        var server = dice.OneIn(2) ? Fault.ThePrimary : dice.Below(config.Voters);
        var other = dice.Below(config.Voters);
        var instance = dice.OneIn(2) ? Fault.TheCoordinator : dice.Below(config.Instances);
        return kind switch
        {
            FaultKind.AtStatement => new Fault(kind, at, length, 0, dice.Below(Enum.GetValues<StatementEffect>().Length), dice.Of(OfFailovers), 1 + dice.Below(4)),
            FaultKind.Partition => new Fault(kind, at, length, Fault.ThePrimary, Mask: dice.Below(1 << (config.Voters + config.Instances)) & dice.Below(1 << (config.Voters + config.Instances))),
            FaultKind.CutInstance => new Fault(kind, at, length, instance, other),
            FaultKind.IsolateInstance or FaultKind.FreezeInstance or FaultKind.KillInstance => new Fault(kind, at, length, instance),
            FaultKind.StickReplay or FaultKind.PauseReplay or FaultKind.FillDisk or FaultKind.Rejoin => new Fault(kind, at, length, dice.Below(config.DataNodes)),
            _ => new Fault(kind, at, length, server, other),
        };
    }
}

using HaConnect.Simulation.Running;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Faults;

/// <summary>
/// The faults of a run, drawn from its seed. Half of the runs are swarms: a few kinds at a time, in bursts, half of them aimed at whoever is
/// primary then. The other half are failovers in trouble: the primary is lost, again and again, while something strikes at a step of the
/// coordinator, since random moments rarely reach the narrow gaps.
/// </summary>
internal sealed record FaultPlan(IReadOnlyList<Fault> Faults)
{
    internal static readonly FaultPlan None = new([]);

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private static readonly FaultKind[] Losses = [FaultKind.KillServer, FaultKind.KillServer, FaultKind.FreezeServer, FaultKind.IsolateServer, FaultKind.Partition, FaultKind.OneWayCut];

    internal static FaultPlan Draw(ulong seed, RunConfig config)
    {
        var dice = new Dice(seed, "faults");
        if (dice.OneIn(40))
            return None; // nothing goes wrong: nobody may act
        var faults = new List<Fault>();
        if (dice.OneIn(2))
            Swarm(dice, config, faults);
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

    private static Fault One(Dice dice, FaultKind kind, long at, RunConfig config)
    {
        var length = dice.Below(3) switch { 0 => dice.Between(5_000, 400_000), 1 => dice.Between(400_000, 3_000_000), _ => dice.Between(2_000_000, 9_000_000) };
        var server = dice.OneIn(2) ? Fault.ThePrimary : dice.Below(config.Voters);
        var other = dice.Below(config.Voters);
        var instance = dice.OneIn(2) ? Fault.TheCoordinator : dice.Below(config.Instances);
        return kind switch
        {
            FaultKind.AtStatement => new Fault(kind, at, length, 0, dice.Below(Enum.GetValues<StatementEffect>().Length), dice.Of(Enum.GetValues<StatementKind>()), 1 + dice.Below(4)),
            FaultKind.Partition => new Fault(kind, at, length, Fault.ThePrimary, Mask: dice.Below(1 << (config.Voters + config.Instances)) & dice.Below(1 << (config.Voters + config.Instances))),
            FaultKind.CutInstance => new Fault(kind, at, length, instance, other),
            FaultKind.IsolateInstance or FaultKind.FreezeInstance or FaultKind.KillInstance => new Fault(kind, at, length, instance),
            FaultKind.StickReplay or FaultKind.PauseReplay or FaultKind.FillDisk or FaultKind.Rejoin => new Fault(kind, at, length, dice.Below(config.DataNodes)),
            _ => new Fault(kind, at, length, server, other),
        };
    }
}

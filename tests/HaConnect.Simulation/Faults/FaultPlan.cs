using HaConnect.Simulation.Running;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Faults;

/// <summary>The faults of a run, drawn from its seed: a few kinds at a time, in bursts, half of them aimed at whoever is primary then.</summary>
internal sealed record FaultPlan(IReadOnlyList<Fault> Faults)
{
    internal static readonly FaultPlan None = new([]);

    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    internal static FaultPlan Draw(ulong seed, RunConfig config)
    {
        var dice = new Dice(seed, "faults");
        if (dice.OneIn(40))
            return None; // nothing goes wrong: nobody may act
        var kinds = Kinds.Where(_ => dice.OneIn(3)).Append(dice.Of(Kinds)).Append(dice.OneIn(2) ? FaultKind.KillServer : FaultKind.AtStatement).ToArray();
        var count = 2 + dice.Below(9);
        var faults = new List<Fault>();
        var at = dice.Between(300_000, 4_000_000);
        for (var i = 0; i < count; i++)
        {
            faults.Add(One(dice, dice.Of(kinds), at, config));
            at += dice.OneIn(3) ? dice.Between(500_000, 5_000_000) : dice.Between(0, 250_000);
            if (at > config.FaultsUntil - 500_000)
                break;
        }

        return new FaultPlan(faults);
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
            FaultKind.CutInstance => new Fault(kind, at, length, instance, other),
            FaultKind.IsolateInstance or FaultKind.FreezeInstance or FaultKind.KillInstance => new Fault(kind, at, length, instance),
            FaultKind.StickReplay or FaultKind.PauseReplay or FaultKind.FillDisk or FaultKind.Rejoin => new Fault(kind, at, length, dice.Below(config.DataNodes)),
            _ => new Fault(kind, at, length, server, other),
        };
    }
}

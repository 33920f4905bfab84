namespace HaConnect.Simulation.Faults;

/// <summary>One fault of a run: what, when, for how long (microseconds), and whom.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="At">When it begins.</param>
/// <param name="For">How long it lasts.</param>
/// <param name="Target">The server's or instance's number; <see cref="ThePrimary"/> and <see cref="TheCoordinator"/> are found out then.</param>
/// <param name="Other">The other end of a cut; of <see cref="FaultKind.AtStatement"/>, what happens (see <see cref="StatementEffect"/>).</param>
/// <param name="Statement">Of <see cref="FaultKind.AtStatement"/>: the kind of statement.</param>
/// <param name="Occurrence">Of <see cref="FaultKind.AtStatement"/>: the how-manieth after <paramref name="At"/>, from 1.</param>
/// <param name="Mask">Of <see cref="FaultKind.Partition"/>: the hosts of one part, a bit each (the voters first, then the instances); the primary of then is added.</param>
internal sealed record Fault(FaultKind Kind, long At, long For, int Target, int Other = 0, StatementKind Statement = default, int Occurrence = 1, int Mask = 0)
{
    internal const int ThePrimary = -1;
    internal const int TheCoordinator = -2;

    public override string ToString()
    {
        var target = Target switch { ThePrimary => "the primary", TheCoordinator => "the coordinator", _ => $"{(IsAboutInstance ? "app" : "n")}{Target + 1}" };
        var what = Kind == FaultKind.AtStatement ? $"{(StatementEffect)Other} at {Statement} number {Occurrence}" : Kind == FaultKind.Partition ? $"Partition of hosts {Convert.ToString(Mask, 2)} (the first on the right) and the primary" : Kind is FaultKind.OneWayCut or FaultKind.CutServers or FaultKind.CutInstance ? $"{Kind} {target} from n{Other + 1}" : $"{Kind} {target}";
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{At / 1e6:0.000} s {what} for {For / 1e6:0.000} s");
    }

    private bool IsAboutInstance => Kind is FaultKind.CutInstance or FaultKind.IsolateInstance or FaultKind.FreezeInstance or FaultKind.KillInstance;
}

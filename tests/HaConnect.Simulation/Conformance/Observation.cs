namespace HaConnect.Simulation.Conformance;

/// <summary>What a script saw: positions as relations, nothing of times and ports, so that two runs can be compared.</summary>
internal sealed record Observation(string What, string Expected, string Seen)
{
    internal bool Holds => Expected == Seen;

    public override string ToString() => Holds ? $"{What}: {Seen}" : $"{What}: {Seen}, NOT {Expected}";
}

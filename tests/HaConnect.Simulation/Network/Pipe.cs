namespace HaConnect.Simulation.Network;

/// <summary>One direction of a connection: what is sent through it arrives in order. Connections overtake one another.</summary>
internal sealed class Pipe(int from, int to)
{
    internal int From => from;

    internal int To => to;

    /// <summary>When the last of what is under way will arrive.</summary>
    internal long LastArrival { get; set; }

    /// <summary>What waits for a cut link to heal.</summary>
    internal Queue<Action> Held { get; } = new();
}

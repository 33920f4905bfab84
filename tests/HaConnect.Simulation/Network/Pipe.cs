using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Network;

/// <summary>One direction of a connection: what is sent through it arrives in order. Connections overtake one another.</summary>
internal sealed class Pipe(SimNetwork network, int from, int to) : IReceiver
{
    private Queue<Action>? _held;

    internal int From => from;

    internal int To => to;

    /// <summary>When the last of what is under way will arrive.</summary>
    internal long LastArrival { get; set; }

    internal bool IsHolding => _held is { Count: > 0 };

    /// <summary>It waits for a cut link to heal.</summary>
    internal void Hold(Action deliver) => (_held ??= new()).Enqueue(deliver);

    internal Action NextHeld() => _held!.Dequeue();

    void IReceiver.Take(Action action) => network.Arrive(this, action);
}

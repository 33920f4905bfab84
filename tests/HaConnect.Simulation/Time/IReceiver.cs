namespace HaConnect.Simulation.Time;

/// <summary>To whom something happens: a process that may be frozen or dead by then, or a link that may be cut.</summary>
internal interface IReceiver
{
    void Take(Action action);
}

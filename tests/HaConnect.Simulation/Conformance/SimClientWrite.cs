using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Servers;
using Npgsql;

namespace HaConnect.Simulation.Conformance;

/// <summary>A client's INSERT at a simulated server.</summary>
internal sealed class SimClientWrite : IClientWrite, SimSession.ICall
{
    /// <summary>For ever, as far as a script goes.</summary>
    private const long Patience = 120_000_000;

    private readonly WalEntry _entry;
    private SimSession? _session;

    internal SimClientWrite(SimInstance client, SimServer server, long row)
    {
        _entry = new WalEntry { Write = row };
        new SimSessionSource(client, server, lease: 0).Open(Opened, OpenFailed, Patience);
    }

    public string Outcome { get; private set; } = "waits";

    public bool IsDone => Outcome != "waits";

    public Task CancelAsync()
    {
        _session!.Process.Commits.Cancel(_entry);
        return Task.CompletedTask;
    }

    public Task TerminateAsync()
    {
        _session!.Process.Commits.Leave(_entry);
        _session.BreakFromServer();
        return Task.CompletedTask;
    }

    public void Succeed(SimRow row) => Outcome = "acked";

    public void Fail(Exception exception) => Outcome = exception is PostgresException { SqlState: var state } ? state : "lost";

    private bool Opened(SimSession session)
    {
        _session = session;
        session.Post(this, Patience, () => session.Run(this, s =>
        {
            if (s.Process.RefusesWrites)
                s.Refuse(this, SimSessionSource.Error("25006", "cannot execute INSERT in a read-only transaction"));
            else
                s.Process.Commits.Wait(s.Process.Append(_entry), _entry, () => s.Answer(this, SimRow.None), s);
        }));
        return true;
    }

    private bool OpenFailed(Exception exception)
    {
        Fail(exception);
        return true;
    }
}

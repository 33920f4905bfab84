using HaConnect.Simulation.Network;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Servers;

/// <summary>
/// A running PostgreSQL server: what a crash forgets. Sessions and their locks, settings as loaded, what is replayed, who receives and
/// who sends, commits that wait for a synchronous standby.
/// </summary>
internal sealed class ServerProcess
{
    private bool _flushPending;
    private bool _promoting;
    private bool _startupIsSignalled;
    private bool _everybodyIsTold = true;

    internal ServerProcess(SimServer server, int number)
    {
        Server = server;
        Actor = new Actor(server.World.Scheduler, server.Name);
        StartTime = SimServer.Epoch.AddMicroseconds(server.World.Scheduler.Now).AddTicks(number);
        Loaded = new Dictionary<string, string>(Disk.Settings, StringComparer.Ordinal);
        StartupConninfo = Setting("primary_conninfo");
        InRecovery = Disk.IsStandby;
        Checkpointer = new Checkpointer(this);
        Commits = new CommitQueue(this);
        Startup = new StartupProcess(this);
    }

    internal SimServer Server { get; }

    internal Disk Disk => Server.Disk;

    internal Actor Actor { get; }

    internal DateTime StartTime { get; }

    /// <summary>Past recovery's beginnings: it accepts connections.</summary>
    internal bool Accepts { get; set; }

    internal bool InRecovery { get; private set; }

    /// <summary>How many entries can be seen.</summary>
    internal int Replayed { get; private set; }

    internal TermView Terms { get; private set; } = new();

    /// <summary>Settings as its sessions see them.</summary>
    internal Dictionary<string, string> Loaded { get; private set; }

    internal long LoadedAt { get; private set; }

    /// <summary><c>primary_conninfo</c> as the startup process has it, which reads the files a moment later than the sessions.</summary>
    internal string StartupConninfo { get; private set; }

    internal Checkpointer Checkpointer { get; }

    /// <summary>Names that a broken rule sets only after the promotion.</summary>
    internal string? NamesForLater { get; set; }

    internal SimSession? LockHolder { get; set; }

    internal List<SimSession> Sessions { get; } = [];

    internal List<WalSender> Senders { get; } = [];

    /// <summary>Receivers whose connections were not answered yet.</summary>
    internal List<WalReceiver> Knocking { get; } = [];

    internal CommitQueue Commits { get; }

    internal StartupProcess Startup { get; }

    private World World => Server.World;

    private Dice Dice => Server.Dice;

    internal string Setting(string name) => Loaded.GetValueOrDefault(name, "");

    /// <summary>
    /// To clients that have not said otherwise. The postmaster tells one session after the other, and comes to the next reload only when it
    /// is through: until then some have not heard of it.
    /// </summary>
    internal bool RefusesWrites => InRecovery || IsReadOnly != (!_everybodyIsTold && Server.World.Scheduler.Now - LoadedAt <= 3_000 && Dice.OneIn(2));

    private bool IsReadOnly => Setting("default_transaction_read_only") == "on";

    /// <summary>Recovery has come far enough to let clients in.</summary>
    internal void Open()
    {
        Checkpointer.Start();
        if (InRecovery)
        {
            // It may begin well behind what the process before had replayed: at its last checkpoint.
            ReplayTo(Math.Max(0, Disk.Flushed - Dice.Below(40)));
            Accepts = true;
            Actor.After(Dice.Between(1_000, 150_000), () =>
            {
                Startup.CatchUp();
                Startup.TryReceive();
            });
        }
        else
        {
            ReplayTo(Disk.Flushed);
            Accepts = true;
        }

        World.Trace($"{Server.Name} accepts connections as a {(InRecovery ? "standby" : "primary")}, timeline {Disk.Timeline}, {Disk.Flushed} entries");
    }

    internal void ReplayTo(int index)
    {
        for (; Replayed < index; Replayed++)
            Terms.Apply(Disk.Wal[Replayed]);
    }

    /// <summary>On a primary: writes to the WAL, which is flushed a moment later, and at once when asked to.</summary>
    internal int Append(WalEntry entry, bool flushNow = false)
    {
        Disk.Wal.Add(entry);
        ReplayTo(Disk.Wal.Count);
        if (flushNow)
        {
            Flush();
        }
        else if (!_flushPending)
        {
            _flushPending = true;
            Actor.After(Dice.Between(100, 600), Flush);
        }

        return Disk.Wal.Count;
    }

    internal void Flush()
    {
        _flushPending = false;
        Disk.Flushed = Disk.Wal.Count;
        Commits.Flushed();
        SendAll();
    }

    internal void SendAll()
    {
        foreach (var sender in Senders)
            sender.Push();
    }

    /// <summary><c>pg_reload_conf()</c>: the sessions see the files a moment later, the startup process another moment later.</summary>
    internal void Reload() => Actor.After(Dice.Between(500, 12_000), () =>
    {
        var wasReadOnly = IsReadOnly;
        Loaded = new Dictionary<string, string>(Disk.Settings, StringComparer.Ordinal);
        _everybodyIsTold = IsReadOnly == wasReadOnly;
        LoadedAt = World.Scheduler.Now;
        Checkpointer.OnReload();
        foreach (var sender in Senders)
            sender.OnReload();
        var signalled = Dice.Between(100, 2_000);
        Actor.After(signalled, () => _startupIsSignalled = true);
        Actor.After(signalled + Dice.Between(400, 38_000), () =>
        {
            HandleStartupSignals();
            Startup.OnReload();
            if (_promoting && InRecovery && Dice.Below(3) > 0)
                Promoted();
        });
    });

    /// <summary>
    /// Whatever wakes the startup process, it handles its signals before it asks for WAL again (PostgreSQL's WaitForWALToBecomeAvailable
    /// calls HandleStartupProcInterrupts after each wait).
    /// </summary>
    internal void HandleStartupSignals()
    {
        if (_startupIsSignalled)
            StartupConninfo = Setting("primary_conninfo");
        _startupIsSignalled = false;
    }

    /// <summary><c>pg_promote(false)</c>: irrevocable for this process, done later; sometimes it sleeps until a reload wakes it.</summary>
    internal void Promote()
    {
        if (_promoting || !InRecovery)
            return;
        _promoting = true;
        Startup.StopForPromotion();
        Actor.After(Dice.OneIn(6) ? 5_000_000 : Dice.Between(20_000, 120_000), Promoted);
    }

    internal bool IsPromoting => _promoting && InRecovery;

    private void Promoted()
    {
        if (!InRecovery)
            return;
        Startup.StopForPromotion();
        Startup.ReplayEverything();
        Disk.ForkTimeline(Math.Max(Disk.Timeline, Startup.HighestTimelineSeen) + 1);
        Disk.IsStandby = false;
        InRecovery = false;
        World.Trace($"{Server.Name} has left recovery on timeline {Disk.Timeline} at entry {Disk.Wal.Count}");
        World.Judge.LeftRecovery(this);
        if (NamesForLater is { } names)
        {
            Actor.After(Dice.Between(1_000, 300_000), () =>
            {
                NamesForLater = null;
                Disk.Settings["synchronous_standby_names"] = names;
                Reload();
            });
        }

        Append(new WalEntry(), flushNow: true);
    }

    /// <summary>The process is gone: its sessions, locks, waits and receivers with it.</summary>
    internal void End()
    {
        Actor.Die();
        Accepts = false;
        Startup.Receiver?.UpstreamForgets();
        foreach (var sender in Senders.ToArray())
            sender.Break();
        foreach (var receiver in Knocking)
            receiver.Refused("refused");
        foreach (var session in Sessions.ToArray())
            session.BreakFromServer();
        Sessions.Clear();
        Senders.Clear();
        LockHolder = null;
        Disk.LoseUnflushed();
    }
}

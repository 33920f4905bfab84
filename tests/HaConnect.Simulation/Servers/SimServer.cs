using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Servers;

/// <summary>A host with a PostgreSQL server: its disk, and the process while there is one.</summary>
internal sealed class SimServer(World world, string name, int host, bool isWitness)
{
    internal static readonly DateTime Epoch = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private int _starts;
    private bool _isDying;
    private bool _startsAgain;
    private bool _isOff;

    internal World World => world;

    internal string Name => name;

    internal int Host => host;

    internal bool IsWitness => isWitness;

    internal Disk Disk { get; } = new();

    /// <summary>What a witness has on record.</summary>
    internal string? WitnessRegister { get; set; }

    internal ServerProcess? Process { get; private set; }

    internal bool IsDown => Process is null;

    /// <summary>No client gets in, be it that sessions go on.</summary>
    internal bool IsOutOfConnections { get; set; }

    internal Dice Dice { get; } = new(world.Seed, "server " + name);

    internal void Start()
    {
        if (_isDying)
            _startsAgain = true;
        if (Process is not null || _isOff)
            return;
        var process = Process = new ServerProcess(this, ++_starts);
        world.Trace($"{name} is started");
        process.Actor.After(_starts == 1 ? 0 : Dice.Between(40_000, 400_000), process.Open);
    }

    /// <summary>SIGKILL: nobody gets in any more, while its sessions may finish what they do for a moment.</summary>
    internal void Kill()
    {
        if (Process is not { } process || !process.Accepts)
        {
            End(Process);
            return;
        }

        world.Trace($"{name} is killed");
        process.Accepts = false;
        if (process.Actor.IsFrozen)
            End(process);
        else
        {
            _isDying = true;
            process.Actor.After(Dice.OneIn(3) ? Dice.Between(0, 30_000) : 0, () => End(process));
        }
    }

    internal void EndNow() => End(Process);

    /// <summary>Nobody starts it until it is switched on.</summary>
    internal void SwitchOff()
    {
        _isOff = true;
        _startsAgain = false;
        End(Process);
    }

    internal void SwitchOn()
    {
        _isOff = false;
        Start();
    }

    internal void Freeze()
    {
        if (Process is not { Actor.IsFrozen: false } process)
            return;
        world.Trace($"{name} is frozen");
        process.Actor.Freeze();
        world.ReconsiderReceivers();
    }

    internal void Thaw()
    {
        if (Process is not { Actor.IsFrozen: true } process)
            return;
        world.Trace($"{name} is thawed");
        process.Actor.Thaw();
        world.ReconsiderReceivers();
    }

    internal void AcceptReceiver(WalReceiver receiver, ServerProcess standby)
    {
        if (Process is not { Accepts: true } process)
        {
            receiver.Refused("refused");
            return;
        }

        // Whoever knocks at a frozen server has a connection that nobody answers; it is reset when the process ends.
        process.Knocking.Add(receiver);
        process.Actor.Run(() =>
        {
            process.Knocking.Remove(receiver);
            var from = standby.Disk.Flushed;
            if (!Disk.Continues(standby.Disk.Timeline, from))
            {
                world.Trace($"{name} refuses {standby.Server.Name}: timeline {standby.Disk.Timeline} at entry {from} is not in its history ({Disk.Timeline} at {Disk.Flushed})");
                receiver.Refused("waiting");
                return;
            }

            var sender = new WalSender(process, receiver, standby.Server.Name, from);
            process.Senders.Add(sender);
            receiver.Accepted(sender, from, Disk);
            sender.Push();
        });
    }

    private void End(ServerProcess? process)
    {
        if (process is null || Process != process)
            return;
        Process = null;
        _isDying = false;
        process.End();
        world.ReconsiderReceivers();
        if (_startsAgain)
        {
            _startsAgain = false;
            Start();
        }
    }
}

using HaConnect.Simulation.Servers;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Instances;

/// <summary>
/// A client beside a server, without HaConnect, which no partition separates from it: it writes whenever the server is out of recovery. Where
/// such a client is acked while another primary serves, nothing but the protocol stands between it and a lost write.
/// </summary>
internal sealed class LocalWriter(World world, SimServer server)
{
    private readonly Dice _dice = new(world.Seed, "local writer " + server.Name);

    internal void Start() => world.Scheduler.After(_dice.Between(60_000, 240_000), Turn);

    private void Turn()
    {
        if (server.Process is { Accepts: true, Actor.IsFrozen: false, InRecovery: false } process)
        {
            var write = world.NextWrite();
            process.Commits.Wait(process.Append(write), write, static () => { });
        }

        if (server.Process is { Accepts: true, Actor.IsFrozen: false, InRecovery: false } busy && _dice.OneIn(6))
            busy.Append(new WalEntry()); // what no client waits for: checkpoints, autovacuum
        Start();
    }
}

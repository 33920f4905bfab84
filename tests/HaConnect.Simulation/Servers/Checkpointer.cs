using HaConnect.Failover.Promotion;

namespace HaConnect.Simulation.Servers;

/// <summary>
/// The one process that puts synchronous standby names in force: until it has read the files, commits wait for somebody or for nobody as
/// before, whatever a session shows. It reads them when it is idle or pauses between two pages, and not while it syncs files.
/// </summary>
internal sealed class Checkpointer(ServerProcess process)
{
    private long _busyUntil;

    /// <summary>Null where commits wait for nobody.</summary>
    internal SynchronousNames? Names { get; private set; }

    /// <summary>As <c>pg_stat_activity</c> shows it: also for the moment between a signal and its waking up.</summary>
    internal bool LooksIdle => Now >= _busyUntil;

    private long Now => process.Server.World.Scheduler.Now;

    internal void Start() => Names = SynchronousNames.Parse(process.Setting("synchronous_standby_names"));

    internal void OnReload()
    {
        var dice = process.Server.Dice;
        if (dice.OneIn(10))
            _busyUntil = Math.Max(_busyUntil, Now + dice.Between(2_000, 1_500_000));
        process.Actor.After(Math.Max(0, _busyUntil - Now) + dice.Between(20, 1_500), () =>
        {
            Names = SynchronousNames.Parse(process.Disk.Settings.GetValueOrDefault("synchronous_standby_names", ""));
            if (Names is null)
                process.Commits.ReleaseAll(); // emptied names release every waiter as if it were acked
        });
    }
}

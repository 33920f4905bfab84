using HaConnect.Failover;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>Servers that are there and do not answer.</summary>
internal static class FrozenScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("a frozen standby keeps its sessions and answers late", 1, 0, FrozenStandbyAsync),
        new("the receiver of a frozen primary's standby ends, and streams again after the thaw", 1, 1, FrozenPrimaryAsync),
    ];

    private static async Task FrozenStandbyAsync(Scene s)
    {
        var (patient, hasty) = (await s.OpenAsync("n2"), await s.OpenAsync("n2"));
        s.See("the lock", "granted", await s.TakeLockAsync(patient));
        await s.Stage.FreezeAsync("n2");
        var late = Scene.TryAsync(patient, ControlSql.Renew);
        s.See("a statement with a deadline of 0.5 s", "no answer", await Scene.AskAsync(hasty, ControlSql.Renew, static _ => "ok", 0.5));
        s.See("its session is of use", false, hasty.IsUsable);
        s.See("the other statement has ended", false, late.IsCompleted);
        await s.Stage.ThawAsync("n2");
        s.See("it ends after the thaw", "ok", await late);
        s.See("the lock is held", true, (await s.ProbeAsync("n2")).CoordinatorLockHeld);
        s.See("the lock for another", "taken", await s.TakeLockAsync(await s.OpenAsync("n2")));
    }

    private static async Task FrozenPrimaryAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        var session = await s.OpenAsync("n1");
        await s.Stage.FreezeAsync("n1");
        s.See("n2 streams right after", true, await s.StreamsAsync("n2", "n1"));
        await s.SeeInTimeAsync("n2 streams no more", async () => (await s.ProbeAsync("n2")).ReceiverStatus != "streaming");
        s.See("n2 hears its upstream", false, (await s.ProbeAsync("n2")).HearsUpstream!);
        await s.PassAsync(6);
        s.See("n2 hears its upstream when it has tried again", false, (await s.ProbeAsync("n2")).HearsUpstream!);
        await s.Stage.ThawAsync("n1");
        s.See("a session of n1", "ok", await Scene.TryAsync(session, ControlSql.Renew));
        await s.SeeInTimeAsync("n2 streams again", () => s.StreamsAsync("n2", "n1"));
        await s.InsertAsync("n1", 2);
        await s.ShowsAsync("n2", "1, 2");
    }
}

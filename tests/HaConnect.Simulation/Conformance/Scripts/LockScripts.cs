using HaConnect.Failover;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>The lock and its lease.</summary>
internal static class LockScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("an idle session is ended by its lease, and its lock is free", 0, 0, LeaseAsync) { Lease = TimeSpan.FromSeconds(2) },
        new("a lock is held by one session of one server, survives a promotion, and not a crash", 1, 1, LocksAsync),
    ];

    private static async Task LeaseAsync(Scene s)
    {
        var (idle, busy) = (await s.OpenAsync("n1"), await s.OpenAsync("n1"));
        s.See("the lock", "granted", await s.TakeLockAsync(idle));
        s.See("the lock for another", "taken", await s.TakeLockAsync(busy));
        for (var renewals = 0; renewals < 6; renewals++)
        {
            await s.PassAsync(0.5);
            s.See("a renewal", "ok", await Scene.TryAsync(busy, ControlSql.Renew));
        }

        s.See("the lock is held", false, (await s.ProbeAsync("n1")).CoordinatorLockHeld);
        s.See("a statement of the idle session", "lost", await Scene.TryAsync(idle, ControlSql.Renew));
        s.See("the idle session is of use", false, idle.IsUsable);
        s.See("the lock for the other", "granted", await s.TakeLockAsync(busy));
    }

    private static async Task LocksAsync(Scene s)
    {
        var (holder, rival) = (await s.OpenAsync("n2"), await s.OpenAsync("n2"));
        s.See("the lock", "granted", await s.TakeLockAsync(holder));
        s.See("the lock again for its holder", "granted", await s.TakeLockAsync(holder));
        s.See("the lock for a rival", "taken", await s.TakeLockAsync(rival));
        s.See("the same lock at n1", "granted", await s.TakeLockAsync(await s.OpenAsync("n1")));
        var register = Scene.Promise(7, "n2").ToString();
        await RawSteps.CutOffAsync(s, holder, "n2", register);
        await s.SetNamesAsync(holder, "n2", Steps.Names("n9"));
        s.See("the promotion", "asked", await RawSteps.PromoteAsync(s, holder, register, 0, Steps.Names("n9")));
        await RawSteps.LeavesRecoveryAsync(s, holder);
        s.See("the lock is held after the promotion", true, (await s.ProbeAsync("n2")).CoordinatorLockHeld);
        s.See("the lock for a rival after the promotion", "taken", await s.TakeLockAsync(rival));
        s.See("Verify in the holder", "False True 7,app1,promised,0,,0,,n2", await VerifyAsync(s, holder));
        s.See("Verify in the rival", "False False 7,app1,promised,0,,0,,n2", await VerifyAsync(s, rival));

        await s.Stage.KillAsync("n2");
        s.See("a statement of the holder after the crash", "lost", await Scene.TryAsync(holder, ControlSql.Renew));
        await s.Stage.StartAsync("n2");
        s.See("the lock is held after the restart", false, (await s.ProbeAsync("n2")).CoordinatorLockHeld);
        s.See("the lock for whoever comes", "granted", await s.TakeLockAsync(await s.OpenAsync("n2")));
        s.See("the register after the restart", register, (await s.ProbeAsync("n2")).Register!);
    }

    private static Task<string> VerifyAsync(Scene s, Connections.ISession session) => Scene.AskAsync(session, ControlSql.Verify,
        static row => $"{row.GetBoolean(0)} {row.GetBoolean(1)} {row.GetString(2)}", 20, (long)LockKey.Class, (long)(uint)s.LockObject);
}

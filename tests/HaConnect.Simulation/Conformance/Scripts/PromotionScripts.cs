namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>The promoting statement.</summary>
internal static class PromotionScripts
{
    internal static IReadOnlyList<Script> All => [new("the promoting statement does nothing where one of its conditions fails", 1, 1, ConditionsAsync)];

    private static async Task ConditionsAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        var (register, names) = (Scene.Promise(7, "n2").ToString(), Steps.Names("n9"));
        var (session, rival) = (await s.OpenAsync("n2"), await s.OpenAsync("n2"));
        s.See("the lock", "granted", await s.TakeLockAsync(session));
        await s.SetNamesAsync(session, "n2", names);
        s.See("SET", "ok", await Scene.TryAsync(session, $"SET haconnect.term = '{register}'"));
        s.See("ALTER SYSTEM", "ok", await Scene.TryAsync(session, $"ALTER SYSTEM SET haconnect.term = '{register}'"));
        var position = (await s.ProbeAsync("n2")).ReplayLsn!.Value;
        s.See("while a receiver is there", "nothing", await RawSteps.PromoteAsync(s, session, register, position, names));

        await RawSteps.CutOffAsync(s, session, "n2", register);
        position = (await s.ProbeAsync("n2")).ReplayLsn!.Value;
        s.See("without the lock", "nothing", await RawSteps.PromoteAsync(s, rival, register, position, names));
        s.See("with another register", "nothing", await RawSteps.PromoteAsync(s, session, Scene.Promise(8, "n2").ToString(), position, names));
        s.See("with less than the position", "nothing", await RawSteps.PromoteAsync(s, session, register, position + (1 << 20), names));
        s.See("with other names", "nothing", await RawSteps.PromoteAsync(s, session, register, position, Steps.Names("n1")));
        await s.PassAsync(0.5);
        s.See("n2 is in recovery", true, (await s.ProbeAsync("n2")).InRecovery);

        s.See("with everything as it must be", "asked", await RawSteps.PromoteAsync(s, session, register, position, names));
        await RawSteps.LeavesRecoveryAsync(s, session);
        s.See("out of recovery", "nothing", await RawSteps.PromoteAsync(s, session, register, position, names));
        var state = await s.ProbeAsync("n2");
        s.See("the timeline of n2", 2, state.Timeline!);
        s.See("the names of n2", names, state.SynchronousStandbyNames);
        await s.SeeWaitsAsync("row 2 at n2, whose names are nobody's", s.Stage.Insert("n2", 2));
        await s.Stage.KillAsync("n1");
        await s.Stage.StartAsync("n1");
        s.See("n1 is out of recovery too", false, (await s.ProbeAsync("n1")).InRecovery);
        s.See("the timeline of n1", 1, (await s.ProbeAsync("n1")).Timeline!);
    }
}

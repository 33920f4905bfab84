using HaConnect.Failover;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>What ALTER SYSTEM keeps, when it is seen, and who inherits it.</summary>
internal static class RegisterScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("a register is read from the file at once, survives a crash, and is unknown to ALTER SYSTEM before SET", 1, 1, RegisterAsync),
        new("a base backup copies the register of the other node, and its synchronous names", 2, 1, BaseBackupAsync),
    ];

    private static async Task RegisterAsync(Scene s)
    {
        var (session, other) = (await s.OpenAsync("n2"), await s.OpenAsync("n2"));
        var first = Scene.Promise(7, "n2").ToString();
        var alter = $"ALTER SYSTEM SET haconnect.term = {ControlSql.Literal(first)}";
        s.See("the register before", "null", await ReadAsync(session));
        if (s.Stage.MajorVersion <= 16)
            s.See("ALTER SYSTEM before SET", "42704", await Scene.TryAsync(session, alter));
        s.See("SET", "ok", await Scene.TryAsync(session, $"SET haconnect.term = {ControlSql.Literal(first)}"));
        s.See("ALTER SYSTEM after SET", "ok", await Scene.TryAsync(session, alter));
        s.See("the register at once in another session, without a reload", first, await ReadAsync(other));

        s.See("ALTER SYSTEM of the names", "ok", await Scene.TryAsync(session, $"ALTER SYSTEM SET synchronous_standby_names = {ControlSql.Literal(Steps.Names("n1"))}"));
        s.See("the names as loaded before a reload", "", await NamesAsync(other));
        await Scene.TryAsync(session, ControlSql.Reload);
        await s.SeeInTimeAsync("the names as loaded after a reload", async () => await NamesAsync(other) == Steps.Names("n1"));
        if (s.Stage.MajorVersion <= 16)
            s.See("ALTER SYSTEM without SET in a session that has loaded the register", "ok", await Scene.TryAsync(await s.OpenAsync("n2"), alter));

        await s.Stage.KillAsync("n2");
        await s.Stage.StartAsync("n2");
        var again = await s.OpenAsync("n2");
        s.See("the register after a crash", first, await ReadAsync(again));
        s.See("the names after a crash", Steps.Names("n1"), await NamesAsync(again));
        s.See("n2 is in recovery", true, (await s.ProbeAsync("n2")).InRecovery);
        await s.SeeInTimeAsync("n2 streams from n1", () => s.StreamsAsync("n2", "n1"));
    }

    private static async Task BaseBackupAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        var n1 = await s.LockAsync("n1");
        var register = Scene.Promise(7, "n1", RegisterPhase.Established);
        await n1.WriteRegisterAsync(register, Steps.None);
        await s.Stage.KillAsync("n3");
        await s.Stage.CopyAsync("n3", "n1");
        await s.Stage.StartAsync("n3");
        await s.SeeInTimeAsync("n3 streams from n1", () => s.StreamsAsync("n3", "n1"));
        var state = await s.ProbeAsync("n3");
        s.See("the register of n3 is that of n1", register, state.Register!);
        s.See("the names of n3 are those of n1", Steps.Names("n2", "n3"), state.SynchronousStandbyNames);
        s.See("its lock is held", false, state.CoordinatorLockHeld);
        var n3 = await s.LockAsync("n3");
        var record = await n3.ReadRecordAsync(Steps.None);
        s.See("its vote counts", false, record.Register is not null);
        s.See("its conninfo leads to n1", "n1", s.Settings.Conninfo.UpstreamOf(record.PrimaryConninfo)!);
        await s.ShowsAsync("n3", "1");
        await s.InsertAsync("n1", 2);
        await s.ShowsAsync("n3", "1, 2");
    }

    private static Task<string> ReadAsync(Connections.ISession session) => Scene.AskAsync(session, ControlSql.ReadRegister, static row => row.IsDBNull(0) ? "null" : row.GetString(0), 20);

    private static Task<string> NamesAsync(Connections.ISession session) => Scene.AskAsync(session, ControlSql.WrittenNames, static row => row.GetString(0), 20);
}

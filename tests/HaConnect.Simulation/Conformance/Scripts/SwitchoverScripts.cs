using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>What a switchover does at the primary that it relieves, and how that is taken back.</summary>
internal static class SwitchoverScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("a request is tried once, and ends with the mark of a term", 1, 1, RequestsAsync),
        new("a drained primary refuses writes, a sealed one acks nothing, a reopened one goes on", 1, 1, SealedAsync),
        new("a commit that waits keeps a primary from being drained, or is ended and named", 1, 1, UndrainedAsync),
    ];

    private static async Task RequestsAsync(Scene s)
    {
        var (n1, session) = (await s.LockAsync("n1"), await s.OpenAsync("n1"));
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1"), Steps.None);
        await n1.EstablishAsync(1, "n1", "n2");
        await AskAsync(s, session);
        s.See("the request", "1 of term 1, n2", await RequestAsync(session));
        await n1.StartRequestAsync(1, "n2", Steps.None);
        s.See("once it was begun with", "none", await RequestAsync(session));
        s.See("it is begun with again", "switchover 1 has been tried before", await Steps.RefusalAsync(() => n1.StartRequestAsync(1, "n2", Steps.None)));
        await n1.EndRequestAsync(1, "called off", Steps.None);
        await AskAsync(s, session);
        s.See("the next request", "2 of term 1, n2", await RequestAsync(session));
        await n1.EndRequestAsync(2, "refused", Steps.None);
        s.See("once it was refused", "none", await RequestAsync(session));

        await AskAsync(s, session);
        s.See("another one", "3 of term 1, n2", await RequestAsync(session));
        await n1.WriteRegisterAsync(Scene.Promise(2, "n1"), Steps.None);
        var lsn = await n1.CommitTermAsync(new(2, "n1", ["n2"], 1, IsEstablished: false), ["n1", "n2"], "Switchover", Steps.None);
        s.See("the established term before the mark", 1, (await s.ProbeAsync("n1")).EstablishedTerm!.Term);
        await n1.MarkEstablishedAsync(2, lsn, new NodeCommand.EndRequest(3, "established"), Steps.None);
        s.See("the established term after it", 2, (await s.ProbeAsync("n1")).EstablishedTerm!.Term);
        s.See("the request after it", "none", await RequestAsync(session));
        await AskAsync(s, session);
        s.See("one that was asked for in an earlier term of the same primary", "4 of term 2, n2", await RequestAsync(session));
        await n1.WriteRegisterAsync(Scene.Promise(3, "n1"), Steps.None);
        await n1.CommitTermAsync(new(3, "n2", ["n1"], 1, IsEstablished: false), ["n1", "n2"], "Failover", Steps.None);
        s.See("once another primary was named", "4 of term 1, n2", await RequestAsync(session));
        await s.SeeInTimeAsync("the mark at n2", async () => (await s.ProbeAsync("n2")).EstablishedTerm?.Term == 2);
    }

    private static async Task SealedAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        var (n1, n2) = (await s.LockAsync("n1"), await s.LockAsync("n2"));
        await n2.AwaitSmallLagAsync(TimeSpan.FromSeconds(10), Steps.None);
        s.See("the rows at n2, which replays in time", "1", await s.Stage.RowsAsync("n2"));
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1"), Steps.None);
        await n1.EstablishAsync(1, "n1", "n2");
        await AskAsync(s, await s.OpenAsync("n1"));
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1", RegisterPhase.Announced), Steps.None);
        await s.SeeInTimeAsync("the probes see that it is announced", async () => (await s.ProbeAsync("n1")).LoadedRegister?.Phase == RegisterPhase.Announced);
        await n1.AwaitInstancesAsync(Steps.None);
        s.See("a drain of what is not held", "that writes are held is not on record", await Steps.RefusalAsync(() => n1.DrainAsync(Drain(terminates: false), Steps.None)));
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1", RegisterPhase.Held), Steps.None);
        s.See("sessions ended", 0, (await n1.DrainAsync(Drain(terminates: false), Steps.None)).Count);
        await s.SeeEndAsync("row 2", "25006", s.Stage.Insert("n1", 2));

        s.See("a seal without a promise of its term", true, (await Steps.RefusalAsync(() => n1.SealAsync(2, 1, Steps.None))).StartsWith("its register is ", StringComparison.Ordinal));
        await n1.WriteRegisterAsync(Scene.Promise(2, "n1", RegisterPhase.Held), Steps.None);
        var sealedAt = await n1.SealAsync(2, 1, Steps.None);
        s.See("the names", SynchronousNames.Fenced(2), (await s.ProbeAsync("n1")).SynchronousStandbyNames);
        await n2.AwaitReplayAsync(sealedAt, Steps.None);
        s.See("n2 has replayed it", true, (await s.ProbeAsync("n2")).ReplayLsn >= sealedAt);
        await s.SeeEndAsync("row 3", "25006", s.Stage.Insert("n1", 3));

        s.See("reopened for an earlier term", $"it has promised term 2 to {Scene.Coordinator}", await Steps.RefusalAsync(() => n1.ReopenAsync(Scene.Promise(1, "n1", RegisterPhase.Established), Steps.Names("n2"), Steps.None)));
        await n1.ReopenAsync(Scene.Promise(2, "n1", RegisterPhase.Established), Steps.Names("n2"), Steps.None);
        await s.SeeInTimeAsync("the probes see that it is open", async () => await s.ProbeAsync("n1") is { LoadedRegister.Phase: RegisterPhase.Established } state && state.SynchronousStandbyNames == Steps.Names("n2"));
        await s.InsertAsync("n1", 4);
        s.See("the rows", "1, 4", await s.Stage.RowsAsync("n1"));
    }

    private static async Task UndrainedAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        var (n1, session) = (await s.LockAsync("n1"), await s.OpenAsync("n1"));
        await n1.WriteRegisterAsync(Scene.Promise(1, "n1"), Steps.None);
        await n1.EstablishAsync(1, "n1", "n2");
        await AskAsync(s, session);
        await n1.StartRequestAsync(1, "n2", Steps.None);
        await s.CutOffAsync("n2", 7);
        var write = s.Stage.Insert("n1", 2);
        await s.SeeWaitsAsync("row 2 while n2 is cut off", write);

        await n1.WriteRegisterAsync(Scene.Promise(1, "n1", RegisterPhase.Held), Steps.None);
        s.See("drained", true, (await Steps.RefusalAsync(() => n1.DrainAsync(Drain(terminates: false), Steps.None))).StartsWith("not drained within 00:00:00.5000000: ", StringComparison.Ordinal));
        s.See("row 2 meanwhile", "waits", write.Outcome);
        var ended = await n1.DrainAsync(Drain(terminates: true), Steps.None);
        s.See("sessions ended", 1, ended.Count);
        s.See("it is named", true, ended[0].StartsWith("process ", StringComparison.Ordinal));
        await s.SeeEndAsync("row 2, whose session was ended", "lost", write);
        await s.SeeEndAsync("row 3", "25006", s.Stage.Insert("n1", 3));
    }

    private static NodeCommand.Drain Drain(bool terminates) => new(1, TimeSpan.FromSeconds(0.5), terminates);

    private static async Task AskAsync(Scene s, ISession session)
    {
        s.See("the table of requests", "ok", await Scene.TryAsync(session, ControlSql.CreateRequests));
        s.See("asking", "ok", await Scene.TryAsync(session, ControlSql.AskForSwitchover, 1L, "n2", TimeSpan.FromSeconds(5), false, "somebody"));
    }

    private static Task<string> RequestAsync(ISession session) => Scene.AskAsync(session, ControlSql.ReadRequest, static row => row.HasRows ? $"{row.GetInt64(0)} of term {row.GetInt64(1)}, {row.GetString(2)}" : "none", 20);
}

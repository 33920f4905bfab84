using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>Commits that wait for a synchronous standby, and what ends the wait.</summary>
internal static class CommitScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("a commit waits while the standby is cut off, and is acked when it follows again", 1, 1, CutOffAsync),
        new("emptied names and a cancel ack, changed names and a termination do not", 1, 1, WaitersAsync),
        new("a fence answers nobody who waits and refuses whoever comes, until it is taken back", 1, 1, FencedAsync),
        new("changed names ack once the newly named standby reports", 2, 1, ChangedNamesAsync),
        new("a killed primary shows after its restart what was never acked", 1, 1, KilledPrimaryAsync),
    ];

    private static async Task CutOffAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        var n2 = await s.CutOffAsync("n2", 7);
        s.See("n2 has a receiver", false, (await s.ProbeAsync("n2")).HasReceiver);
        s.See("its conninfo is loaded as empty", "", await ConninfoAsync(s, "n2"));
        await s.SeeInTimeAsync("n1 has no sender", async () => (await s.ProbeAsync("n1")).Senders.Count == 0);
        var write = s.Stage.Insert("n1", 2);
        await s.SeeWaitsAsync("row 2 while n2 is cut off", write);
        s.See("the rows of n1", "1", await s.Stage.RowsAsync("n1"));
        await n2.Control.RepointAsync("n1", 7, Steps.None);
        await s.SeeEndAsync("row 2 when n2 follows again", "acked", write);
        s.See("the rows of n1 then", "1, 2", await s.Stage.RowsAsync("n1"));
        await s.ShowsAsync("n2", "1, 2");
        await s.SeeInTimeAsync("n2 streams", () => s.StreamsAsync("n2", "n1"));
        var sender = (await s.ProbeAsync("n1")).Senders.Single();
        s.See("the sender of n1", "n2 streaming quorum", $"{sender.ApplicationName} {sender.State} {sender.SyncState}");
        s.See("n2 hears its upstream", true, (await s.ProbeAsync("n2")).HearsUpstream!);
    }

    private static async Task WaitersAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.CutOffAsync("n2", 7);
        var session = await s.OpenAsync("n1");
        var (first, terminated, cancelled) = (s.Stage.Insert("n1", 2), s.Stage.Insert("n1", 3), s.Stage.Insert("n1", 4));
        await s.SetNamesAsync(session, "n1", Steps.Names("n9"));
        await s.SeeWaitsAsync("row 2 when the names have changed to nobody", first);
        s.See("row 3", "waits", terminated.Outcome);
        s.See("row 4", "waits", cancelled.Outcome);
        s.See("the rows", "1", await s.Stage.RowsAsync("n1"));

        await terminated.TerminateAsync();
        await s.SeeEndAsync("row 3, terminated", "lost", terminated);
        await s.SeeInTimeAsync("row 3 is there", async () => await s.Stage.RowsAsync("n1") == "1, 3");
        await cancelled.CancelAsync();
        await s.SeeEndAsync("row 4, cancelled", "acked", cancelled);
        s.See("the rows then", "1, 3, 4", await s.Stage.RowsAsync("n1"));
        s.See("row 2 meanwhile", "waits", first.Outcome);

        await s.SetNamesAsync(session, "n1", "");
        await s.SeeEndAsync("row 2 when the names were emptied", "acked", first);
        s.See("the rows in the end", "1, 2, 3, 4", await s.Stage.RowsAsync("n1"));
        s.See("the rows of n2", "1", await s.Stage.RowsAsync("n2"));
        await s.InsertAsync("n1", 5);
    }

    private static async Task FencedAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.CutOffAsync("n2", 7);
        var write = s.Stage.Insert("n1", 2);
        await s.SeeWaitsAsync("row 2 while n2 is cut off", write);
        var n1 = await s.LockAsync("n1");
        await n1.FenceAsync(8, Steps.None);
        await s.SeeEndAsync("row 2, whose session was ended", "lost", write);
        await s.SeeInTimeAsync("row 2 is there", async () => await s.Stage.RowsAsync("n1") == "1, 2");
        await s.SeeEndAsync("row 3", "25006", s.Stage.Insert("n1", 3));
        s.See("the names of n1", SynchronousNames.Fenced(8), (await s.ProbeAsync("n1")).SynchronousStandbyNames);

        await n1.WriteRegisterAsync(Scene.Promise(9, "n1"), Steps.None);
        s.See("a fence of an earlier term", $"it has promised term 9 to {Scene.Coordinator}", await Steps.RefusalAsync(() => n1.FenceAsync(8, Steps.None)));
        await n1.SetSynchronousNamesAsync("", 9, Steps.None);
        await s.InsertAsync("n1", 4);
    }

    private static async Task ChangedNamesAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        var session = await s.OpenAsync("n1");
        await s.SetNamesAsync(session, "n1", Steps.Names("n2"));
        await s.CutOffAsync("n2", 7);
        var write = s.Stage.Insert("n1", 2);
        await s.SeeWaitsAsync("row 2 at n1, which n3 has and n2 has not", write);
        await s.ShowsAsync("n3", "1, 2");
        s.See("the rows of n1, fewer than those of n3", "1", await s.Stage.RowsAsync("n1"));
        await s.SetNamesAsync(session, "n1", Steps.Names("n3"));
        await s.InsertAsync("n1", 3);
        await s.SeeEndAsync("row 2 when n3 has reported something", "acked", write);
    }

    private static async Task KilledPrimaryAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.CutOffAsync("n2", 7);
        var write = s.Stage.Insert("n1", 2);
        await s.SeeWaitsAsync("row 2", write);
        s.See("the rows", "1", await s.Stage.RowsAsync("n1"));
        await s.Stage.KillAsync("n1");
        await s.SeeEndAsync("row 2 when n1 is killed", "lost", write);
        await s.Stage.StartAsync("n1");
        s.See("n1 is in recovery", false, (await s.ProbeAsync("n1")).InRecovery);
        s.See("its timeline", 1, (await s.ProbeAsync("n1")).Timeline!);
        s.See("the rows after the restart", "1, 2", await s.Stage.RowsAsync("n1"));
        s.See("the names after the restart", Steps.Names("n2"), (await s.ProbeAsync("n1")).SynchronousStandbyNames);
        await s.SeeWaitsAsync("row 3", s.Stage.Insert("n1", 3));
    }

    private static async Task<string> ConninfoAsync(Scene s, string node) => await Scene.AskAsync(await s.OpenAsync(node), ControlSql.Conninfo, static row => row.GetString(0), 20);
}

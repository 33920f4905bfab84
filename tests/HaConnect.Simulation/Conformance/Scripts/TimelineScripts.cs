using System.Security.Cryptography;
using HaConnect.Failover;
using HaConnect.Probing;
using NpgsqlTypes;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>Promotions, and who can follow whom after them.</summary>
internal static class TimelineScripts
{
    private static readonly string[] OnlyN3 = ["n3"];

    internal static IReadOnlyList<Script> All =>
    [
        new("two standbys promoted from one parent take the same timeline number, and one follows the other as if of one history", 2, 1, TwinsAsync),
        new("a standby beyond the fork is refused by its promoted sibling", 2, 1, BeyondTheForkAsync),
        new("a killed primary with nothing beyond the fork follows the new one, and a promoted node stays one after a restart", 2, 1, OldPrimaryAsync),
    ];

    private static async Task TwinsAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        await s.ShowsAsync("n3", "1");
        var n2 = await s.CutOffAsync("n2", 7);
        var n3 = await s.CutOffAsync("n3", 8);
        await n2.PromoteAsync(7, Steps.Names("n3"));
        await n3.PromoteAsync(8, Steps.Names("n2"));
        s.See("the timeline of n2", 2, (await s.ProbeAsync("n2")).Timeline!);
        s.See("the timeline of n3", 2, (await s.ProbeAsync("n3")).Timeline!);

        var write2 = s.Stage.Insert("n2", 20);
        var write3 = s.Stage.Insert("n3", 30);

        // So that n3 has more WAL than n2 will have: where n2 had gone past the end of n3's own, a record there would not continue n3's
        // ("incorrect prev-link"), and n3 would never stream.
        await n3.Control.CommitTermAsync(new TermRow(8, "n3", ["n2"], 1, IsEstablished: false), ["n1", "n2", "n3"], RandomNumberGenerator.GetHexString(2_000_000), Steps.None);
        await s.SeeWaitsAsync("row 20 at n2, which nobody follows", write2);
        s.See("row 30 at n3, which nobody follows", "waits", write3.Outcome);

        await s.Stage.KillAsync("n3");
        await s.SeeEndAsync("row 30 when n3 is killed", "lost", write3);
        await s.Stage.MakeStandbyAsync("n3", "n2");
        await s.Stage.StartAsync("n3");
        await s.SeeInTimeAsync("n3 streams from n2", () => s.StreamsAsync("n3", "n2"));
        s.See("n3 is in recovery", true, (await s.ProbeAsync("n3")).InRecovery);
        s.See("the timeline of n3 behind n2", 2, (await s.ProbeAsync("n3")).Timeline!);
        await s.SeeEndAsync("row 20 once n3 follows", "acked", write2);
        await s.InsertAsync("n2", 21);
        s.See("the rows of n2", "1, 20, 21", await s.Stage.RowsAsync("n2"));
        // Which rows n3 shows then depends on where the records of the two histories happen to meet: the real server's answer varies.
    }

    private static async Task BeyondTheForkAsync(Scene s)
    {
        var (n2, n3) = await s.CutOffApartAsync();
        s.See("n3 is further than n2", true, n3.Position.Furthest > n2.Position.Furthest);
        await s.Stage.KillAsync("n1");
        await n2.PromoteAsync(7, Steps.Names("n3"));
        await n3.Control.RepointAsync("n2", 7, Steps.None);

        await s.SeeInTimeAsync("the receiver of n3 waits", async () => (await s.ProbeAsync("n3")).ReceiverStatus == "waiting");
        var write = s.Stage.Insert("n2", 3);
        await s.SeeWaitsAsync("row 3 at n2", write);
        var session = await s.OpenAsync("n2");
        s.See("standbys of n2 that stream and have flushed anything", 0, await Scene.AskAsync(session, ControlSql.Flushed, static row => $"{row.GetInt32(0)}", 20, OnlyN3, new NpgsqlLogSequenceNumber(0)));
        await s.SeeInTimeAsync("the received position of n3 is the replayed", async () => await s.ReceivedAsync("n3") == "the replayed");

        // n2 comes past what n3 has, and n3 is tried again after wal_retrieve_retry_interval.
        for (var row = 4; row < 40; row++)
            _ = s.Stage.Insert("n2", row);
        await s.PassAsync(7);
        s.See("n3 streams when n2 has passed it", false, (await s.ProbeAsync("n3")).ReceiverStatus == "streaming");
        s.See("row 3 then", "waits", write.Outcome);
        s.See("the rows of n3, one of which is nowhere else", "1, 2", await s.Stage.RowsAsync("n3"));
        s.See("the rows of n2", "1", await s.Stage.RowsAsync("n2"));
    }

    private static async Task OldPrimaryAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        await s.ShowsAsync("n3", "1");
        await s.Stage.KillAsync("n1");
        var n2 = await s.CutOffAsync("n2", 7);
        var n3 = await s.CutOffAsync("n3", 7);
        await n2.PromoteAsync(7, Steps.Names("n1", "n3"));
        await n3.Control.RepointAsync("n2", 7, Steps.None);
        await s.SeeInTimeAsync("n3 streams from n2", () => s.StreamsAsync("n3", "n2"));
        // It streams the rest of timeline 1 first, and says so.
        await s.SeeInTimeAsync("the timeline of n3 is 2", async () => (await s.ProbeAsync("n3")).Timeline == 2);
        await s.InsertAsync("n2", 2);
        await s.Stage.MakeStandbyAsync("n1", "n2");
        await s.Stage.StartAsync("n1");
        await s.SeeInTimeAsync("n1 streams from n2", () => s.StreamsAsync("n1", "n2"));
        await s.ShowsAsync("n1", "1, 2");
        s.See("the timeline of n1", 2, (await s.ProbeAsync("n1")).Timeline!);

        await s.Stage.KillAsync("n2");
        await s.Stage.StartAsync("n2");
        var state = await s.ProbeAsync("n2");
        s.See("n2 is in recovery after its restart", false, state.InRecovery);
        s.See("its timeline", 2, state.Timeline!);
        s.See("its names", Steps.Names("n1", "n3"), state.SynchronousStandbyNames);
        s.See("its register", Scene.Promise(7, "n2"), state.Register!);
        s.See("its lock is held", false, state.CoordinatorLockHeld);
        await s.InsertAsync("n2", 3);
    }
}

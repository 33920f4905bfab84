using HaConnect.Failover;

namespace HaConnect.Simulation.Conformance.Scripts;

/// <summary>What a standby says of what it has received and replayed.</summary>
internal static class PositionScripts
{
    internal static IReadOnlyList<Script> All =>
    [
        new("the received position says nothing after a restart with the primary away", 1, 1, PrimaryAwayAsync),
        new("a standby that is ahead of its new upstream streams from it", 2, 1, AheadAsync),
        new("a restarted standby shows older rows first", 1, 0, OlderRowsAsync),
        new("a paused or delayed replay keeps the receiver of a standby that is cut off", 1, 1, HeldUpAsync),
        new("a promotion replays what was received and not replayed", 1, 1, PausedAsync),
    ];

    private static async Task PrimaryAwayAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        await s.SeeInTimeAsync("received while it streams is the replayed", async () => await s.ReceivedAsync("n2") == "the replayed");
        s.See("n2 has streamed", true, (await s.ProbeAsync("n2")).HasStreamed);
        await s.Stage.KillAsync("n1");
        await s.SeeInTimeAsync("the receiver of n2 ends", async () => !(await s.ProbeAsync("n2")).HasReceiver);
        s.See("n2 has streamed since it was started", true, (await s.ProbeAsync("n2")).HasStreamed);

        await s.Stage.KillAsync("n2");
        await s.Stage.StartAsync("n2");
        await s.ShowsAsync("n2", "1");
        await s.SeeInTimeAsync("it tries to stream, after which it has received the start of a segment", async () => await s.ReceivedAsync("n2") != "null");
        s.See("received", "behind the replayed", await s.ReceivedAsync("n2"));
        s.See("n2 has streamed since its restart", false, (await s.ProbeAsync("n2")).HasStreamed);

        var n2 = await s.CutOffAsync("n2", 7);
        s.See("what counts is what it has replayed", true, n2.Position.Furthest == n2.Position.Replayed);
        await s.Stage.KillAsync("n2");
        await s.Stage.StartAsync("n2");
        await s.ShowsAsync("n2", "1");
        await s.PassAsync(1);
        s.See("received after a restart while cut off", "null", await s.ReceivedAsync("n2"));

        await s.Stage.StartAsync("n1");
        var again = await s.CutOffAsync("n2", 8);
        s.See("what counts is still what it has replayed", true, again.Position.Furthest == again.Position.Replayed);
        await again.Control.RepointAsync("n1", 8, Steps.None);
        await s.SeeInTimeAsync("n2 streams again", () => s.StreamsAsync("n2", "n1"));
        await s.InsertAsync("n1", 2);
        await s.ShowsAsync("n2", "1, 2");
        await s.SeeInTimeAsync("received in the end is the replayed", async () => await s.ReceivedAsync("n2") == "the replayed");
    }

    private static async Task AheadAsync(Scene s)
    {
        var (n2, n3) = await s.CutOffApartAsync();
        await n3.Control.RepointAsync("n2", 7, Steps.None);
        await s.SeeInTimeAsync("n3 streams from n2, which has less", () => s.StreamsAsync("n3", "n2"));
        await s.SeeInTimeAsync("the received position of n3 is the replayed", async () => await s.ReceivedAsync("n3") == "the replayed");
        s.See("the rows of n3", "1, 2", await s.Stage.RowsAsync("n3"));
        s.See("the rows of n2", "1", await s.Stage.RowsAsync("n2"));
        await n2.Control.RepointAsync("n1", 7, Steps.None);
        await s.InsertAsync("n1", 3);
        await s.ShowsAsync("n2", "1, 2, 3");
        await s.ShowsAsync("n3", "1, 2, 3");
    }

    private static async Task OlderRowsAsync(Scene s)
    {
        var session = await s.OpenAsync("n2");
        var shown = false;
        for (var row = 1; row <= 40 && !shown; row++)
        {
            await s.Stage.Insert("n1", row).AckedAsync(s);
            await s.WaitAsync($"row {row} at n2", async () => (await s.Stage.RowsAsync("n2")).Split(", ")[^1] == $"{row}");
            await Scene.TryAsync(session, "ALTER SYSTEM SET recovery_min_apply_delay = '1h'");
            await s.Stage.KillAsync("n2");
            await s.Stage.StartAsync("n2");
            shown = (await s.Stage.RowsAsync("n2")).Split(", ")[^1] != $"{row}";
            session = await s.OpenAsync("n2");
            await Scene.TryAsync(session, "ALTER SYSTEM SET recovery_min_apply_delay = 0");
            await Scene.TryAsync(session, ControlSql.Reload);
        }

        s.See("a row that it showed before its restart is not there at first", true, shown);
        await s.SeeInTimeAsync("it streams again", () => s.StreamsAsync("n2", "n1"));
        await s.SeeInTimeAsync("it shows everything", async () => await s.Stage.RowsAsync("n2") == await s.Stage.RowsAsync("n1"));
    }

    private static async Task HeldUpAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        var session = await s.OpenAsync("n2");
        await s.Stage.PauseReplayAsync("n2");
        await s.InsertAsync("n1", 2);
        await RawSteps.SetConninfoAsync(s, session, "");
        await s.PassAsync(2);
        s.See("n2 streams two seconds after the cut-off, while replay is paused", true, await s.StreamsAsync("n2", "n1"));
        s.See("as CutOffState has it", "False", await RawSteps.IsCutOffAsync(session));
        await s.InsertAsync("n1", 3);
        s.See("replay is resumed", "ok", await Scene.TryAsync(session, ControlSql.ResumeReplay));
        await s.SeeInTimeAsync("n2 is cut off then", async () => await RawSteps.IsCutOffAsync(session) == "True");
        s.See("the rows of n2", "1, 2, 3", await s.Stage.RowsAsync("n2"));

        await RawSteps.SetConninfoAsync(s, session, s.Conninfo("n2", "n1"));
        await s.SeeInTimeAsync("n2 streams again", () => s.StreamsAsync("n2", "n1"));
        await Scene.TryAsync(session, "ALTER SYSTEM SET recovery_min_apply_delay = '1h'");
        await Scene.TryAsync(session, ControlSql.Reload);
        await s.PassAsync(1);
        await s.InsertAsync("n1", 4);
        await RawSteps.SetConninfoAsync(s, session, "");
        await s.PassAsync(2);
        s.See("n2 streams two seconds after the cut-off, while replay is delayed", true, await s.StreamsAsync("n2", "n1"));
        await s.InsertAsync("n1", 5);
        s.See("the rows of the delayed", "1, 2, 3", await s.Stage.RowsAsync("n2"));
        await Scene.TryAsync(session, "ALTER SYSTEM SET recovery_min_apply_delay = 0");
        await Scene.TryAsync(session, ControlSql.Reload);
        await s.SeeInTimeAsync("n2 is cut off when the delay is 0", async () => await RawSteps.IsCutOffAsync(session) == "True");
        s.See("the rows in the end", "1, 2, 3, 4, 5", await s.Stage.RowsAsync("n2"));
    }

    private static async Task PausedAsync(Scene s)
    {
        await s.InsertAsync("n1", 1);
        await s.ShowsAsync("n2", "1");
        await s.Stage.PauseReplayAsync("n2");
        await s.InsertAsync("n1", 2);
        s.See("the rows of n2 while replay is paused", "1", await s.Stage.RowsAsync("n2"));
        s.See("received", "beyond the replayed", await s.ReceivedAsync("n2"));
        await s.Stage.KillAsync("n1"); // or the receiver would go on
        var session = await s.OpenAsync("n2");
        s.See("the lock", "granted", await s.TakeLockAsync(session));
        await RawSteps.CutOffAsync(s, session, "n2", Scene.Promise(7, "n2").ToString());
        s.See("replay is paused", "True", await Scene.AskAsync(session, ControlSql.Position, static row => $"{row.GetBoolean(4)}", 20));
        s.See("the rows of n2 after the cut-off", "1", await s.Stage.RowsAsync("n2"));
        await s.SetNamesAsync(session, "n2", Steps.Names("n9"));
        var received = (await s.ProbeAsync("n2")).ReceiveLsn!.Value;
        s.See("the promotion", "asked", await RawSteps.PromoteAsync(s, session, Scene.Promise(7, "n2").ToString(), received, Steps.Names("n9")));
        await RawSteps.LeavesRecoveryAsync(s, session);
        s.See("the rows of n2 as primary", "1, 2", await s.Stage.RowsAsync("n2"));
        s.See("pg_wal_replay_resume on a primary", "55000", await Scene.TryAsync(session, ControlSql.ResumeReplay));
    }
}

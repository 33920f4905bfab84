using System.Diagnostics;
using System.Globalization;
using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>When names are in force: DataNodeControl.LoadSynchronousNamesAsync.</summary>
public sealed class SynchronousNamesFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private static readonly string[] Nobody = [];

    /// <summary>
    /// Only the checkpointer makes commits wait. While it syncs files it does not read them: sessions show the names, and a commit is acked
    /// without any standby. The library's statement tells the one from the other.
    /// </summary>
    [Fact]
    public async Task Names_ShownWhileTheCheckpointerIsBusy_AreNotInForce()
    {
        var cluster = await pair.ReadyAsync();
        await using var control = await cluster.OpenAsync("n1", cluster.Control, s => s.Options = "-c synchronous_commit=local");
        await using var admin = await cluster.OpenAsync("n1", configure: s => s.Options = "-c synchronous_commit=local");
        await using var client = await cluster.OpenAsync("n1");
        await using var checkpoint = await cluster.OpenAsync("n1");
        await admin.ExecuteAsync("CREATE TABLE names_facts (id int)");
        var checkpointer = await control.ScalarAsync<int>("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
        Assert.True(await IsInForceAsync(control)); // idle
        try
        {
            var running = await StopAmidACheckpointAsync(admin, checkpoint, checkpointer);
            await control.SetAsync("synchronous_standby_names", SynchronousNames.Fenced(2));
            Assert.False(await IsInForceAsync(control));
            await Until.EndsAsync(client.ExecuteAsync("INSERT INTO names_facts VALUES (1)")); // acked, and nobody bears the name

            Kill("-CONT", checkpointer);
            await running;
            await Until.TrueAsync("the names are in force", () => IsInForceAsync(control));
            var write = client.ExecuteAsync("INSERT INTO names_facts VALUES (2)");
            await Until.TrueAsync("the commit waits", () => cluster["n1"].WaitsForStandbyAsync(client.ProcessID));
            await control.SetAsync("synchronous_standby_names", "");
            await Until.EndsAsync(write);
        }
        finally
        {
            Kill("-CONT", checkpointer);
            await control.SetAsync("synchronous_standby_names", "");
        }
    }

    /// <summary>A sender whose standby still counts shows its priority, whatever the names are elsewhere.</summary>
    [Fact]
    public async Task Names_SenderThatHasNotReadThem_IsSeen()
    {
        var cluster = await pair.ReadyAsync();
        await using var control = await cluster.OpenAsync("n1", cluster.Control, s => s.Options = "-c synchronous_commit=local");
        var sender = await control.ScalarAsync<int>("SELECT pid FROM pg_stat_replication");
        try
        {
            await control.SetAsync("synchronous_standby_names", SynchronousNames.Format(1, ["n2"]));
            await Until.TrueAsync("n2 counts", () => control.ScalarAsync<bool>("SELECT sync_priority > 0 FROM pg_stat_replication"));
            Assert.True(await IsInForceAsync(control, "n2"));

            Kill("-STOP", sender);
            await control.SetAsync("synchronous_standby_names", SynchronousNames.Fenced(2));
            Assert.False(await IsInForceAsync(control));
            Kill("-CONT", sender);
            await Until.TrueAsync("n2 counts no more", () => IsInForceAsync(control));
        }
        finally
        {
            Kill("-CONT", sender);
            await control.SetAsync("synchronous_standby_names", "");
        }
    }

    private static async Task<bool> IsInForceAsync(NpgsqlConnection session, params string[] bearers)
    {
        await using var command = new NpgsqlCommand(ControlSql.NamesInForce, session);
        command.Parameters.Add(new NpgsqlParameter { Value = bearers.Length == 0 ? Nobody : bearers });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.ReadAsync(TestContext.Current.CancellationToken);
        return !row.GetBoolean(1) && row.GetBoolean(2);
    }

    /// <summary>By SIGSTOP, once it is seen to do something: until it goes on, it is as busy as one with slow disks.</summary>
    private static async Task<Task> StopAmidACheckpointAsync(NpgsqlConnection admin, NpgsqlConnection checkpoint, int checkpointer)
    {
        var running = Task.CompletedTask;
        await Until.TrueAsync("the checkpointer is stopped amid a checkpoint", async () =>
        {
            await running;
            await admin.ExecuteAsync("DROP TABLE IF EXISTS dirty; CREATE TABLE dirty AS SELECT g, repeat('x', 500) FROM generate_series(1, 4000) g");
            running = checkpoint.ExecuteAsync("CHECKPOINT");
            while (!running.IsCompleted)
            {
                if (await IsInForceAsync(admin))
                    continue;
                Kill("-STOP", checkpointer);
                if (!await IsInForceAsync(admin) && !running.IsCompleted)
                    return true;
                Kill("-CONT", checkpointer); // just too late
            }

            return false;
        });
        return running;
    }

    private static void Kill(string signal, int process)
    {
        using var kill = Process.Start("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}

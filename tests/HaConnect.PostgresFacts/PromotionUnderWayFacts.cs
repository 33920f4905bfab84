using HaConnect.Failover;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>A promotion that was asked for, and has not come to its end.</summary>
public sealed class PromotionUnderWayFacts
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// From the moment at which the startup process has noticed it, pg_wal_replay_resume() fails with 55000 although the server is still in
    /// recovery: by that CutOffAsync and ReadPositionAsync know of a promotion that another coordinator has asked for.
    /// </summary>
    [Fact]
    public async Task ResumeReplay_PromotionUnderWay_IsRefused()
    {
        await using var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions
        {
            Standbys = 1,
            SynchronousStandbys = 0,
            Settings = { ["max_standby_streaming_delay"] = "-1", ["max_standby_archive_delay"] = "-1" },
        }, Cancelled);
        var (primary, standby) = (cluster["n1"], cluster["n2"]);
        await primary.ExecuteAsync("CREATE TABLE in_the_way ()", Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await Until.TrueAsync("the table", () => standby.ScalarAsync<bool>("SELECT to_regclass('in_the_way') IS NOT NULL", Cancelled));

        // Replay waits, and behind where it waits lies WAL that cannot be replayed while a query reads the table.
        await using var reader = new NpgsqlConnection(cluster.SuperuserConnectionString(standby));
        await reader.OpenAsync(Cancelled);
        await using var transaction = await reader.BeginTransactionAsync(Cancelled);
        await using (var read = new NpgsqlCommand("SELECT * FROM in_the_way", reader, transaction))
            await read.ExecuteNonQueryAsync(Cancelled);
        await standby.ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await Until.TrueAsync("the pause", () => standby.ScalarAsync<bool>("SELECT pg_get_wal_replay_pause_state() = 'paused'", Cancelled));
        await primary.ExecuteAsync("DROP TABLE in_the_way", Cancelled);
        var end = await primary.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", Cancelled);
        await Until.TrueAsync("its arrival", () => standby.ScalarAsync<bool>($"SELECT pg_last_wal_receive_lsn() >= '{end}'", Cancelled));

        await standby.ExecuteAsync("SELECT pg_promote(false)", Cancelled);
        await Until.TrueAsync("a startup process that waits for the reader", () => standby.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event IS NOT NULL AND wait_event <> 'RecoveryPause')", Cancelled));

        var error = await Assert.ThrowsAsync<PostgresException>(() => standby.ExecuteAsync(ControlSql.ResumeReplay, Cancelled));
        Assert.Equal("55000", error.SqlState);
        Assert.True(await standby.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));

        await transaction.RollbackAsync(Cancelled);
        await Until.TrueAsync("the end of the promotion", async () => !await standby.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
    }
}

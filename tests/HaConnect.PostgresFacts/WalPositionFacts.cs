using HaConnect.Failover;
using HaConnect.Topology;
using NpgsqlTypes;

namespace HaConnect.PostgresFacts;

/// <summary>What positions in the WAL say, and what not: for WalPosition, StalenessLedger and the choice of a candidate.</summary>
public sealed class WalPositionFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// After a WAL switch the idle primary stands behind the header of the new page, and the standby, which has everything, at the
    /// start of that page: WalPosition.BeforePageHeader takes the two for one.
    /// </summary>
    [Fact]
    public async Task InsertPosition_IdleAfterSwitch_StandsBehindThePageHeaderOfTheStandbysPosition()
    {
        var cluster = await pair.ReadyAsync();
        await using var primary = await cluster.OpenAsync("n1");
        await using var standby = await cluster.OpenAsync("n2");
        var blockSize = (uint)await primary.ScalarAsync<int>("SELECT current_setting('wal_block_size')::int");
        var segmentSize = (ulong)await primary.ScalarAsync<long>("SELECT pg_size_bytes(current_setting('wal_segment_size'))");
        ulong insert = 0, replayed = 0;

        // Now and then the background writer logs the running transactions: then it is switched again.
        await Until.TrueAsync("a switch that stays the last record", async () =>
        {
            await primary.ExecuteAsync("CHECKPOINT; SELECT pg_switch_wal()");
            for (var tries = 0; tries < 50; tries++)
            {
                insert = await LsnAsync(primary, "pg_current_wal_insert_lsn()");
                replayed = await LsnAsync(standby, "pg_last_wal_replay_lsn()");
                if (replayed % segmentSize == 0 && replayed / segmentSize == insert / segmentSize)
                    return insert == await LsnAsync(primary, "pg_current_wal_insert_lsn()") && insert - replayed < blockSize && insert > replayed;
            }

            return false;
        });

        Assert.Equal(40UL, insert - replayed);
        Assert.Equal(replayed, WalPosition.BeforePageHeader(insert, blockSize, segmentSize));
    }

    /// <summary>
    /// A standby restarted while its primary is away says null, or the start of a segment, of what it has received: less than it has
    /// replayed. ReadPositionAsync, ControlSql.Promote and the probe take the greatest of the two.
    /// </summary>
    [Fact]
    public async Task ReceiveLsn_RestartedWithoutPrimary_IsNullOrBehindTheReplayedPosition()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync("CREATE TABLE written AS SELECT generate_series(1, 1000) AS id", Cancelled);
        var written = await cluster["n1"].ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_current_wal_flush_lsn()", Cancelled);
        await using (var before = await cluster.OpenAsync("n2"))
            await Until.TrueAsync("the replay", async () => await LsnAsync(before, "pg_last_wal_replay_lsn()") >= (ulong)written);

        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].RestartAsync(cancellationToken: Cancelled);

        await using var standby = await cluster.OpenAsync("n2");
        await Until.TrueAsync("the replay of what is there", async () => await LsnAsync(standby, "pg_last_wal_replay_lsn()") >= (ulong)written);
        var received = await LsnAsync(standby, "coalesce(pg_last_wal_receive_lsn(), '0/0')");
        TestContext.Current.TestOutputHelper?.WriteLine($"received {new NpgsqlLogSequenceNumber(received)}, replayed at least {written}");
        Assert.True(received < (ulong)written);
        Assert.True(await standby.ScalarAsync<bool>("SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) >= $1", written)); // greatest ignores null
    }

    /// <summary>Whatever it has of it: why a switchover begins a new segment (ADR 48).</summary>
    [Fact]
    public async Task WalReceiver_Restarted_StartsAtTheStartOfItsSegment()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync("SELECT pg_switch_wal(); SELECT pg_logical_emit_message(true, 'fact', repeat('x', 3000000))", Cancelled);
        await using var standby = await cluster.OpenAsync("n2");
        var written = await cluster["n1"].ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_current_wal_flush_lsn()", Cancelled);
        await Until.TrueAsync("all of it", async () => await LsnAsync(standby, "(SELECT flushed_lsn FROM pg_stat_wal_receiver)") >= (ulong)written);
        var former = await standby.ScalarAsync<int>("SELECT pid FROM pg_stat_wal_receiver");
        await cluster["n1"].ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_replication", Cancelled);
        await Until.TrueAsync("another receiver", async () => await standby.ScalarAsync<long>("SELECT count(*) FROM pg_stat_wal_receiver WHERE pid <> $1 AND status = 'streaming'", former) == 1);
        Assert.Equal((ulong)written / (16 * 1024 * 1024) * (16 * 1024 * 1024), await LsnAsync(standby, "(SELECT receive_start_lsn FROM pg_stat_wal_receiver)"));
    }

    [Fact]
    public async Task SwitchWal_IsWorthItWhereMuchIsFilledAndTheUserMay()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync("SELECT pg_switch_wal(); SELECT pg_logical_emit_message(true, 'fact', repeat('x', 6000000))", Cancelled);
        await using var primary = await cluster.OpenAsync("n1", cluster.Control);
        await using var application = await cluster.OpenAsync("n1", cluster.Application);
        Assert.True(await primary.ScalarAsync<bool>(ControlSql.IsWorthSwitching));
        Assert.False(await application.ScalarAsync<bool>(ControlSql.IsWorthSwitching));
        await primary.ExecuteAsync(ControlSql.SwitchWal);
        Assert.False(await primary.ScalarAsync<bool>(ControlSql.IsWorthSwitching));
    }

    /// <summary>
    /// Whether a standby has received anything since its server was started can be seen by whoever was not there: the received position
    /// stands at the start of a segment until something comes. ServerState.HasStreamed, and with it the start-up grace.
    /// </summary>
    [Fact]
    public async Task ReceiveLsn_NothingReceivedSinceTheStart_IsNullOrTheStartOfASegment()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync("SELECT pg_logical_emit_message(false, 'fact', 'so that the segment is begun')", Cancelled);
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].RestartAsync(cancellationToken: Cancelled);
        await using (var silent = await cluster.OpenAsync("n2"))
        {
            var segmentSize = (ulong)await silent.ScalarAsync<long>("SELECT pg_size_bytes(current_setting('wal_segment_size'))");
            await Until.TrueAsync("an attempt to stream", async () => await LsnAsync(silent, "coalesce(pg_last_wal_receive_lsn(), '0/0')") > 0);
            Assert.Equal(0UL, await LsnAsync(silent, "pg_last_wal_receive_lsn()") % segmentSize);
        }

        await cluster["n1"].StartAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await cluster["n1"].ExecuteAsync("SELECT pg_logical_emit_message(false, 'fact', 'received')", Cancelled);
        await using var standby = await cluster.OpenAsync("n2");
        await Until.TrueAsync("something received", async () => await LsnAsync(standby, "pg_last_wal_receive_lsn()") % (16 * 1024 * 1024) != 0);
        await cluster["n1"].KillAsync(Cancelled);
        await Until.TrueAsync("the end of the stream", () => standby.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"));
        Assert.NotEqual(0UL, await LsnAsync(standby, "pg_last_wal_receive_lsn()") % (16 * 1024 * 1024));
    }

    private static async Task<ulong> LsnAsync(Npgsql.NpgsqlConnection session, string expression) =>
        (ulong)await session.ScalarAsync<NpgsqlLogSequenceNumber>($"SELECT {expression}");
}

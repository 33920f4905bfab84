using System.Net.Sockets;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>A server that stands still but whose kernel answers for it: for HearsUpstream, OwnSession, AbandonedWork and the deadlines of the probe.</summary>
public sealed class FrozenServerFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// A standby hears even an idle primary within wal_receiver_timeout, since it asks for a reply after half of it; and a frozen one no
    /// longer: its stream ends. ServerState.HearsUpstream needs both.
    /// </summary>
    [Fact]
    public async Task WalReceiverTimeout_IdleThenFrozenPrimary_IsHeardThenDropped()
    {
        var cluster = await pair.ReadyAsync();
        await using var standby = await cluster.OpenAsync("n2");
        var receiver = await standby.ScalarAsync<int>("SELECT pid FROM pg_stat_wal_receiver");
        var start = TimeProvider.System.GetTimestamp();
        var oldest = TimeSpan.Zero;
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
        {
            var age = await standby.ScalarAsync<TimeSpan>("SELECT clock_timestamp() - last_msg_receipt_time FROM pg_stat_wal_receiver");
            oldest = age > oldest ? age : oldest;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }

        var timeout = await standby.ScalarAsync<TimeSpan>("SELECT current_setting('wal_receiver_timeout')::interval");
        TestContext.Current.TestOutputHelper?.WriteLine($"oldest last message {oldest.TotalMilliseconds:0} ms with wal_receiver_timeout {timeout.TotalMilliseconds:0} ms");
        Assert.Equal(receiver, await standby.ScalarAsync<int>("SELECT pid FROM pg_stat_wal_receiver"));
        Assert.True(oldest <= timeout, $"the last message was {oldest} old");

        await cluster["n1"].FreezeAsync(Cancelled);

        await Until.TrueAsync("the end of the stream", () => standby.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')"));
    }

    /// <summary>The kernel accepts connections for a frozen server and nothing answers: a probe and every open need a deadline of their own.</summary>
    [Fact]
    public async Task Connect_FrozenServer_IsAcceptedAndHangs()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n2"].FreezeAsync(Cancelled);
        using var socket = new TcpClient();
        await socket.ConnectAsync(cluster["n2"].Host, cluster["n2"].Port, Cancelled);
        Assert.True(socket.Connected);

        await using var patient = new NpgsqlConnection(cluster.Settings("n2", configure: s => s.Timeout = 0).ConnectionString);
        var open = patient.OpenAsync(Cancelled);
        Assert.True(await Until.StillRunsAsync(open, Patience));

        await using var impatient = new NpgsqlConnection(cluster.Settings("n2", configure: s => s.Timeout = 1).ConnectionString);
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(impatient.OpenAsync(Cancelled)));
        Assert.IsType<TimeoutException>(error.InnerException);

        await cluster["n2"].ThawAsync(Cancelled);
        await Until.EndsAsync(open);
    }

    /// <summary>
    /// Cancelling a command's token at a frozen server blocks the cancelling thread, whatever the Cancellation Timeout: Npgsql sends a
    /// cancel request over a new connection from within the cancellation, and gives up only when Timeout is over, twice that with the
    /// default SSL Mode (seen: 3 s for Timeout=3, 6 s with SSL Mode=Prefer). AbandonedWork cancels on a thread of its own.
    /// </summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(2000)]
    public async Task Cancel_CommandAtFrozenServer_BlocksTheCancellingThread(int cancellationTimeout)
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2", configure: s => { s.CancellationTimeout = cancellationTimeout; s.Timeout = 60; });
        using var source = new CancellationTokenSource();
        var running = await SleepAsync(cluster, session, source.Token);
        await cluster["n2"].FreezeAsync(Cancelled);

        var cancel = Task.Factory.StartNew(source.Cancel, Cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.True(await Until.StillRunsAsync(cancel, Patience));
        Assert.False(running.IsCompleted);
        await cluster["n2"].ThawAsync(Cancelled);
        await Until.EndsAsync(cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.EndsAsync(running));
    }

    /// <summary>Once the cancel request has been given up the command ends too, on a server that is still frozen: abandoned work does not leak its connection.</summary>
    [Fact]
    public async Task Cancel_CommandAtFrozenServer_EndsItWhenTheCancelRequestIsGivenUp()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2", configure: s => s.Timeout = 1);
        using var source = new CancellationTokenSource();
        var running = await SleepAsync(cluster, session, source.Token);
        await cluster["n2"].FreezeAsync(Cancelled);

        await Until.EndsAsync(Task.Factory.StartNew(source.Cancel, Cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.EndsAsync(running));
        Assert.False(session.FullState.HasFlag(System.Data.ConnectionState.Open));
    }

    /// <summary>A command timeout at a frozen server does not end the command in time, for the same cancel request: OwnSession keeps its deadlines outside Npgsql.</summary>
    [Fact]
    public async Task CommandTimeout_FrozenServer_DoesNotEndTheCommandInTime()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2", configure: s => { s.CommandTimeout = 1; s.Timeout = 60; });
        await cluster["n2"].FreezeAsync(Cancelled);

        var running = session.ExecuteAsync("SELECT 1");

        Assert.True(await Until.StillRunsAsync(running, TimeSpan.FromSeconds(3)));
        await cluster["n2"].ThawAsync(Cancelled);
        Assert.False(await Until.StillRunsAsync(running, Until.Deadline));
        _ = running.Exception; // how it ends depends on whether the server answers or hears of the cancel request first
    }

    private static async Task<Task> SleepAsync(PostgresCluster cluster, NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var running = RunAsync();
        await Until.TrueAsync("the sleep", async () => await cluster["n2"].ScalarAsync<bool>(
            $"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {session.ProcessID} AND wait_event = 'PgSleep')", Cancelled));
        return running;

        async Task RunAsync()
        {
            await using var command = new NpgsqlCommand("SELECT pg_sleep(600)", session);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Testing;

/// <summary>The faults that a node can be given, on real servers.</summary>
public sealed class PostgresNodeTests : ClusterTest
{
    private const string Waiting = "SELECT pg_backend_pid()";

    [Fact]
    public async Task KillAsync_RunningPrimary_EndsEveryProcessAndStartBringsItBack()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        PostgresNode primary = cluster["n1"];
        await using NpgsqlConnection connection = new(cluster.SuperuserConnectionString(primary));
        await connection.OpenAsync(Cancelled);
        await using NpgsqlCommand command = new(Waiting, connection);
        int session = (int)(await command.ExecuteScalarAsync(Cancelled))!;
        int postmaster = Postmaster(primary);

        await primary.KillAsync(Cancelled);

        Assert.False(primary.IsRunning);
        Assert.False(Lives(postmaster));

        // Its files and memory are gone already; its number may stay a moment longer.
        await UntilAsync("the end of the session's process", () => Task.FromResult(!Lives(session)));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => primary.ExecuteAsync("SELECT 1", Cancelled));

        await primary.StartAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        Assert.NotEqual(postmaster, Postmaster(primary));
    }

    [Fact]
    public async Task FreezeAsync_RunningServer_HangsConnectionsUntilThawed()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        PostgresNode node = cluster["n1"];
        await using NpgsqlConnection connection = new(cluster.SuperuserConnectionString(node));
        await connection.OpenAsync(Cancelled);

        await node.FreezeAsync(Cancelled);

        Assert.True(node.IsFrozen);
        await using NpgsqlCommand command = new("SELECT 42", connection) { CommandTimeout = 0 };
        Task<object?> answer = command.ExecuteScalarAsync(Cancelled);
        Task first = await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancelled));
        Assert.NotSame(answer, first);

        await node.ThawAsync(Cancelled);
        Assert.Equal(42, await answer);
        Assert.False(node.IsFrozen);
    }

    [Fact]
    public async Task KillAsync_FrozenServer_EndsIt()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await cluster["n1"].FreezeAsync(Cancelled);

        await cluster["n1"].KillAsync(Cancelled);

        Assert.False(cluster["n1"].IsRunning);
        await cluster["n1"].StartAsync(Cancelled);
        Assert.Equal(1, await cluster["n1"].ScalarAsync<int>("SELECT 1", Cancelled));
    }

    [Fact]
    public async Task KillPostmasterAsync_OpenSession_StartsAgainOnceAllProcessesAreGone()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await using NpgsqlConnection connection = new(cluster.SuperuserConnectionString(cluster["n1"]));
        await connection.OpenAsync(Cancelled);
        int postmaster = Postmaster(cluster["n1"]);

        await cluster["n1"].KillPostmasterAsync(Cancelled);

        await UntilAsync("the end of the postmaster", () => Task.FromResult(!cluster["n1"].IsRunning));
        Assert.False(Lives(postmaster));
        await cluster["n1"].StartAsync(Cancelled);
        Assert.Equal(1, await cluster["n1"].ScalarAsync<int>("SELECT 1", Cancelled));
    }

    [Theory]
    [InlineData(StopMode.Fast)]
    [InlineData(StopMode.Immediate)]
    [InlineData(StopMode.Smart)]
    public async Task RestartAsync_EachMode_ServesAgainOnTheSamePort(StopMode mode)
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        int port = cluster["n1"].Port;

        await cluster["n1"].RestartAsync(mode, Cancelled);

        Assert.Equal(port, cluster["n1"].Port);
        Assert.Equal(mode == StopMode.Immediate, (await cluster["n1"].ReadLogAsync(Cancelled)).Contains("automatic recovery in progress", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SetReplayDelayAsync_OneSecond_DelaysVisibilityButNotReception()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        TimeSpan delay = TimeSpan.FromSeconds(3);
        await cluster["n2"].SetReplayDelayAsync(delay, Cancelled);
        long start = TimeProvider.System.GetTimestamp();

        await cluster["n1"].ExecuteAsync("CREATE TABLE late AS SELECT 1 AS id", Cancelled); // returns: the synchronous standby confirmed reception

        Assert.True(TimeProvider.System.GetElapsedTime(start) < delay, "the commit waited for the replay");
        await UntilAsync("visibility at n2", async () => await cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('late') IS NOT NULL", Cancelled));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= delay, "it was visible before the delay was over");

        await cluster["n2"].SetReplayDelayAsync(TimeSpan.Zero, Cancelled);
        Assert.Equal("0", await cluster["n2"].ScalarAsync<string>("SHOW recovery_min_apply_delay", Cancelled));
    }

    [Fact]
    public async Task BlockReplicationAsync_StreamingStandby_ReceivesNothingUntilUnblocked()
    {
        PostgresCluster cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        string? conninfo = await cluster["n2"].ScalarAsync<string>("SHOW primary_conninfo", Cancelled);

        await cluster["n2"].BlockReplicationAsync(Cancelled);

        Assert.Equal(conninfo, await cluster["n2"].ScalarAsync<string>("SHOW primary_conninfo", Cancelled));
        Assert.Equal(0, await cluster["n2"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_wal_receiver", Cancelled));
        await UntilAsync("the sender's end", async () => await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication", Cancelled) == 0);
        await cluster["n1"].ExecuteAsync("CREATE TABLE unseen AS SELECT 1 AS id", Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled); // wakes the startup process: it tries at once, and must fail
        await UntilAsync("an attempt that fails", async () => (await cluster["n2"].ReadLogAsync(Cancelled)).Contains("could not access file \"libpqwalreceiver\"", StringComparison.Ordinal));
        Assert.False(await cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('unseen') IS NOT NULL", Cancelled));

        await cluster["n2"].UnblockReplicationAsync(Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await UntilAsync("visibility at n2", async () => await cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('unseen') IS NOT NULL", Cancelled));
    }

    private static int Postmaster(PostgresNode node) => int.Parse(File.ReadLines(Path.Combine(node.DataDirectory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static bool Lives(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !File.Exists($"/proc/{pid}/stat") || !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

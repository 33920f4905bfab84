using HaConnect.Failover;
using NpgsqlTypes;

namespace HaConnect.PostgresFacts;

/// <summary>What a cut-off does to the primary: the heart of the failover's safety.</summary>
[Collection(CutOffGroup.Name)]
public sealed class CutOffFacts(CutOffCluster shared)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>primary_conninfo = '' ends the WAL receiver though the primary lives, and keeps it away: DataNodeControl.CutOffAsync.</summary>
    [Fact]
    public async Task EmptyConninfo_LivingPrimary_LeavesNoReceiverAndNoSender()
    {
        await Until.TrueAsync("the sender's end", async () => await shared.Cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication", Cancelled) == 0);
        Assert.Equal(0, await shared.Cluster["n2"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_wal_receiver", Cancelled));
        Assert.True(await shared.Cluster["n2"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
    }

    /// <summary>A commit at a primary without its ANY 1 standby waits, is visible to nobody, and statement_timeout does not end the wait: what is cut off cannot ack.</summary>
    [Fact]
    public async Task Commit_StandbyCutOff_WaitsUnackedAndUnseen()
    {
        var id = shared.NextId();
        await using var session = await shared.OpenAsync();
        await session.ExecuteAsync("SET statement_timeout = '200ms'");
        var insert = session.ExecuteAsync(CutOffCluster.Insert(id));

        await shared.WaitsAsync(session);
        await Until.TrueAsync("a wait longer than statement_timeout", async () => await shared.Cluster["n1"].ScalarAsync<bool>(
            $"SELECT wait_event = 'SyncRep' AND clock_timestamp() > query_start + interval '1 s' FROM pg_stat_activity WHERE pid = {session.ProcessID}", Cancelled));

        Assert.False(insert.IsCompleted);
        Assert.False(await shared.IsVisibleAsync(id));
        await TerminateAsync(session.ProcessID);
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => Until.EndsAsync(insert));
    }

    /// <summary>Terminating the waiting session, unlike cancelling it, acks nothing: the connection is lost, as OperationAttempt judges, though the row is there.</summary>
    [Fact]
    public async Task Terminate_WaitingCommit_FailsAndClosesTheConnection()
    {
        var id = shared.NextId();
        await using var session = await shared.OpenAsync();
        var insert = session.ExecuteAsync(CutOffCluster.Insert(id));
        await shared.WaitsAsync(session);

        await TerminateAsync(session.ProcessID);

        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => Until.EndsAsync(insert));
        Assert.False(session.FullState.HasFlag(System.Data.ConnectionState.Open));
        await Until.TrueAsync("the row", () => shared.IsVisibleAsync(id));
    }

    /// <summary>
    /// A session with synchronous_commit = local does not wait, and after its commit pg_current_wal_flush_lsn is past the commit record:
    /// DataNodeControl.CommitTermAsync measures the standbys against it.
    /// </summary>
    [Fact]
    public async Task Commit_LocalSession_DoesNotWaitAndIsFlushed()
    {
        var id = shared.NextId();
        await using var session = await shared.OpenAsync(s => s.Options = "-c synchronous_commit=local");
        NpgsqlLogSequenceNumber before;
        await using (var transaction = await session.BeginTransactionAsync(Cancelled))
        {
            await session.ExecuteAsync(CutOffCluster.Insert(id));
            before = await session.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_current_wal_insert_lsn()");
            await Until.EndsAsync(transaction.CommitAsync(CancellationToken.None));
        }

        Assert.True(await session.ScalarAsync<NpgsqlLogSequenceNumber>(ControlSql.FlushedLsn) > before);
        Assert.True(await shared.IsVisibleAsync(id));
    }

    /// <summary>
    /// A crash of the primary makes rows visible that were never acked: hence only an established term counts, not a row that is seen.
    /// And pg_postmaster_start_time tells of the restart, as ServerProcessCheck wants it.
    /// </summary>
    [Fact]
    public async Task Kill_WaitingCommit_ShowsTheUnackedRowAfterRestart()
    {
        var id = shared.NextId();
        await using var session = await shared.OpenAsync();
        var insert = session.ExecuteAsync(CutOffCluster.Insert(id));
        await shared.WaitsAsync(session);
        Assert.False(await shared.IsVisibleAsync(id));
        var startTime = await StartTimeAsync();

        await shared.Cluster["n1"].KillAsync(Cancelled);
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => Until.EndsAsync(insert));
        await shared.Cluster["n1"].StartAsync(Cancelled);

        Assert.True(await shared.IsVisibleAsync(id));
        Assert.True(await StartTimeAsync() > startTime);
    }

    private async Task<DateTime> StartTimeAsync() => await shared.Cluster["n1"].ScalarAsync<DateTime>("SELECT pg_postmaster_start_time()", Cancelled);

    private async Task TerminateAsync(int process) => await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
}

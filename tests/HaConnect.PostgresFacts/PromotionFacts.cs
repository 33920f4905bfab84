using HaConnect.Failover;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>Promotion and what follows it, on which DataNodeControl and FailoverTable rest.</summary>
public sealed class PromotionFacts(PromotedCluster cluster) : IClassFixture<PromotedCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A lock taken on a standby is still held, by the same session, after its promotion: LockSession is not opened anew.</summary>
    [Fact]
    public async Task TryLock_HolderPromoted_KeepsItInTheSameSession()
    {
        Assert.Equal(cluster.LockProcessBefore, cluster.LockSession.ProcessID);
        await using var rival = await cluster.Cluster.OpenAsync("n2", cluster.Cluster.Control);
        Assert.False(await rival.ScalarAsync<bool>(ControlSql.TryLock, LockKey.Class, PromotedCluster.LockObject));
        Assert.Equal(cluster.LockProcessBefore, await rival.ScalarAsync<int>(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::oid AND objid = $2::oid AND granted", (long)LockKey.Class, (long)PromotedCluster.LockObject));
    }

    /// <summary>That session, opened on a standby, writes after the promotion: DataNodeControl.CommitTermAsync.</summary>
    [Fact]
    public async Task Write_SessionOpenedOnTheStandby_Works()
    {
        await cluster.LockSession.ExecuteAsync("CREATE SCHEMA by_lock_session");

        Assert.Equal("off", await cluster.LockSession.ScalarAsync<string>("SHOW transaction_read_only"));
    }

    /// <summary>pg_promote behind a condition that is false does nothing: ControlSql.Promote carries all it relies on in its WHERE.</summary>
    [Fact]
    public void Promote_ConditionFalse_DoesNothing()
    {
        Assert.False(cluster.PromotedByFalse);
        Assert.False(cluster.PromotedByWrongRegister);
        Assert.False(cluster.PromotedByTooHighPosition);
        Assert.True(cluster.Promoted); // so it was in recovery until then
    }

    /// <summary>After a promotion the control file's timeline lags until the next checkpoint, the insert position's does not: ProbeSql reads the latter.</summary>
    [Fact]
    public void Timeline_JustPromoted_IsOldInTheControlFileAndNewInTheInsertPosition()
    {
        Assert.Equal(1, cluster.TimelineByCheckpoint);
        Assert.Equal(2, cluster.TimelineByInsertPosition);
    }

    /// <summary>synchronous_standby_names set by ALTER SYSTEM on a standby is not replicated and is in force from the first commit after its promotion: R6.</summary>
    [Fact]
    public void SynchronousNames_SetDuringRecovery_HoldTheFirstCommit()
    {
        Assert.Equal("ANY 1 (\"n2\",\"n3\")", cluster.NamesAtTheOldPrimary);
        Assert.True(cluster.FirstCommitWaited);
        Assert.True(cluster.FirstCommitEndedWithTheFollower);
    }

    /// <summary>A standby repointed at a promoted sibling follows it to the new timeline without a restart: DataNodeControl.RepointAsync.</summary>
    [Fact]
    public async Task Repoint_PromotedSibling_IsFollowedWithoutRestart()
    {
        Assert.Equal(2, cluster.FollowerTimeline);
        Assert.True(cluster.RowSeenAtTheFollower);
        Assert.Equal(cluster.FollowerStartTimeBefore, await cluster.StartTimeAsync("n3"));
    }

    /// <summary>A promotion is no restart: pg_postmaster_start_time stays, by which ServerProcessCheck and NodePools know a server process again.</summary>
    [Fact]
    public async Task PostmasterStartTime_Promotion_StaysTheSame() => Assert.Equal(cluster.StartTimeBefore, await cluster.StartTimeAsync("n2"));

    /// <summary>The old primary, which no standby follows any more, is still out of recovery on its own timeline: PrimarySelection goes by terms and timelines.</summary>
    [Fact]
    public async Task OldPrimary_AllStandbysGone_IsOutOfRecoveryOnTheOldTimeline() =>
        Assert.Equal("f 00000001", await cluster.Cluster["n1"].ScalarAsync<string>(
            "SELECT left(pg_is_in_recovery()::text, 1) || ' ' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)", Cancelled));

    /// <summary>On a standby pg_walfile_name is an error: ProbeSql asks it behind a CASE.</summary>
    [Fact]
    public async Task WalfileName_Standby_IsAnError()
    {
        await using var standby = await cluster.Cluster.OpenAsync("n3");

        var error = await Assert.ThrowsAsync<PostgresException>(() => standby.ScalarAsync<string>("SELECT pg_walfile_name(pg_last_wal_replay_lsn())"));

        Assert.Equal(PostgresErrorCodes.ObjectNotInPrerequisiteState, error.SqlState);
    }

    /// <summary>A standby that follows a promoted sibling has the new timeline in its receiver: the probe's Timeline.</summary>
    [Fact]
    public async Task ReceivedTimeline_Follower_IsThePrimarys() =>
        Assert.Equal(2, await cluster.Cluster["n3"].ScalarAsync<int>("SELECT received_tli FROM pg_stat_wal_receiver", Cancelled));
}

using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>Advisory locks, on which LockSession rests.</summary>
public sealed class AdvisoryLockFacts(SharedCluster shared)
{
    private readonly PostgresCluster _cluster = shared.Cluster;

    /// <summary>A standby grants locks of its own, unseen by its primary: LockSession takes one on every voter.</summary>
    [Fact]
    public async Task TryLock_StandbyAndPrimary_EachServerGrantsItsOwn()
    {
        await using var standby = await _cluster.OpenAsync("n2");
        await using var rival = await _cluster.OpenAsync("n2");
        await using var primary = await _cluster.OpenAsync("n1");

        Assert.True(await TryLockAsync(standby, 1));
        Assert.False(await TryLockAsync(rival, 1));
        Assert.True(await TryLockAsync(primary, 1));
    }

    /// <summary>The same key is granted once per database: all instances need one control database (FailoverOptions.ControlDatabase).</summary>
    [Fact]
    public async Task TryLock_TwoDatabasesOfOneServer_EachGrantsIt()
    {
        await using var first = await _cluster.OpenAsync("n2");
        await using var second = await _cluster.OpenAsync("n2", configure: s => s.Database = "app");

        Assert.True(await TryLockAsync(first, 2));
        Assert.True(await TryLockAsync(second, 2));
    }

    /// <summary>Whoever may connect sees who holds it, by class, object and objsubid 2: the probe's column and the guard in ControlSql.Promote.</summary>
    [Fact]
    public async Task PgLocks_AnyUser_ShowsTheHolder()
    {
        await using var holder = await _cluster.OpenAsync("n2", _cluster.Control);
        await using var anyone = await _cluster.OpenAsync("n2", _cluster.Application);
        await TryLockAsync(holder, -3); // a hash is negative as often as not: as an oid it reads as unsigned

        const string Sql = "SELECT pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2";
        Assert.Equal(holder.ProcessID, await anyone.ScalarAsync<int>(Sql, (long)LockKey.Class, (long)unchecked((uint)-3)));
    }

    /// <summary>The end of the session frees the lock, by whose will it may be: LockSession closes a session to release.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryLock_HolderClosedOrTerminated_IsFreed(bool terminated)
    {
        await using var holder = await _cluster.OpenAsync("n2");
        await using var rival = await _cluster.OpenAsync("n2");
        await TryLockAsync(holder, 4);
        Assert.False(await TryLockAsync(rival, 4));

        if (terminated)
            await rival.ExecuteAsync("SELECT pg_terminate_backend($1)", holder.ProcessID);
        else
            await holder.CloseAsync();

        await Until.TrueAsync("the rival's turn", () => TryLockAsync(rival, 4));
    }

    /// <summary>
    /// A pooled session goes on holding the lock after its Close and drops it at its next use, since Npgsql sends its reset with that:
    /// NodeSources gives lock sessions Pooling=false.
    /// </summary>
    [Fact]
    public async Task Close_PooledConnection_KeepsTheLockUntilItsNextUse()
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Settings("n2", configure: s => { s.Pooling = true; s.MaxPoolSize = 1; }).ConnectionString);
        await using var rival = await _cluster.OpenAsync("n2");
        int process;
        await using (var pooled = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            process = pooled.ProcessID;
            Assert.True(await TryLockAsync(pooled, 5));
        }

        Assert.False(await TryLockAsync(rival, 5));
        await using var again = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await again.ExecuteAsync("SELECT 1");
        Assert.Equal(process, again.ProcessID);
        Assert.True(await TryLockAsync(rival, 5));
    }

    /// <summary>A session that falls silent loses its lock to idle_session_timeout (14+): the lease of NodeSources.ForCoordinator.</summary>
    [Fact]
    public async Task IdleSessionTimeout_SilentCoordinatorSession_IsEndedAndItsLockFreed()
    {
        Assert.SkipWhen(_cluster.MajorVersion < 14, "idle_session_timeout came with PostgreSQL 14");
        await using var source = Coordinator(TimeSpan.FromSeconds(1));
        await using var holder = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var rival = await _cluster.OpenAsync("n2");
        Assert.True(await TryLockAsync(holder, 6));

        await Until.TrueAsync("the end of the lease", () => TryLockAsync(rival, 6));

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => holder.ExecuteAsync("SELECT 1"));
        Assert.Equal("57P05", error.SqlState);
        Assert.False(holder.FullState.HasFlag(System.Data.ConnectionState.Open));
    }

    /// <summary>A session of NodeSources.ForCoordinator writes where its user's default is read-only, commits locally, and stands for the control user.</summary>
    [Fact]
    public async Task ForCoordinator_StartupOptions_AreInForce()
    {
        Assert.SkipWhen(_cluster.MajorVersion < 14, "idle_session_timeout came with PostgreSQL 14");
        await using var source = Coordinator(TimeSpan.FromSeconds(3));
        await using var session = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Equal("off|local|3s", await session.ScalarAsync<string>("""
            SELECT concat_ws('|', current_setting('default_transaction_read_only'), current_setting('synchronous_commit'), current_setting('idle_session_timeout'))
            """));
        Assert.Equal(_cluster.Control.User, await session.ScalarAsync<string>("SELECT current_user::text"));
    }

    private NpgsqlDataSource Coordinator(TimeSpan lease)
    {
        var options = new HaDatabaseOptions { ConnectionString = _cluster.ConnectionString };
        options.Failover.ControlUsername = _cluster.Control.User;
        options.Failover.ControlPassword = _cluster.Control.Password;
        options.Failover.LeaseDuration = lease;
        return new NodeSources(options, configure: null, _ => null!).ForCoordinator(_cluster["n2"].Host, _cluster["n2"].Port, isLeased: true);
    }

    private static Task<bool> TryLockAsync(NpgsqlConnection session, int lockObject) => session.ScalarAsync<bool>(ControlSql.TryLock, LockKey.Class, lockObject);
}

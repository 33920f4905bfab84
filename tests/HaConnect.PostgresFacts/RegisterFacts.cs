using HaConnect.Failover;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>The register, a custom setting of a standby, on which the promises of DataNodeControl rest.</summary>
public sealed class RegisterFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private const string Value = "7,it's me,promised,n2,n2";

    /// <summary>
    /// ALTER SYSTEM of a custom setting works during recovery (before 17 after a SET in the session), is read back at once by every
    /// session without a reload, and survives kill -9: DataNodeControl.WriteRegisterAsync.
    /// </summary>
    [Fact]
    public async Task AlterSystem_CustomSettingOnStandby_IsReadBackAtOnceAndSurvivesKill()
    {
        var cluster = await pair.ReadyAsync();
        await using (var session = await cluster.OpenAsync("n2", cluster.Control))
        {
            var write = $"ALTER SYSTEM SET haconnect.term = {ControlSql.Literal(Value)}";
            if (cluster.MajorVersion < 17)
            {
                var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(write));
                Assert.Equal(PostgresErrorCodes.UndefinedObject, error.SqlState);
            }

            await session.ExecuteAsync($"SET haconnect.term = {ControlSql.Literal(Value)}");
            await session.ExecuteAsync(write);
            Assert.Equal(Value, await session.ScalarAsync<string>(ControlSql.ReadRegister));
        }

        await using (var other = await cluster.OpenAsync("n2", cluster.Control))
            Assert.Equal(Value, await other.ScalarAsync<string>(ControlSql.ReadRegister));

        await cluster["n2"].KillAsync(TestContext.Current.CancellationToken);
        await cluster["n2"].StartAsync(TestContext.Current.CancellationToken);
        await using var after = await cluster.OpenAsync("n2", cluster.Control);
        Assert.Equal(Value, await after.ScalarAsync<string>(ControlSql.ReadRegister));
    }

    /// <summary>ALTER SYSTEM is refused in a transaction block: DataNodeControl sends it as a statement of its own.</summary>
    [Fact]
    public async Task AlterSystem_InTransactionBlock_IsRefused()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2");
        await using var transaction = await session.BeginTransactionAsync(TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync("ALTER SYSTEM SET recovery_min_apply_delay = 0"));

        Assert.Equal(PostgresErrorCodes.ActiveSqlTransaction, error.SqlState);
    }

    /// <summary>A session sees a setting changed by ALTER SYSTEM after pg_reload_conf, on a standby too, without a new connection: DataNodeControl polls current_setting.</summary>
    [Fact]
    public async Task ReloadConf_Standby_ChangesTheSettingInTheSameSession()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2", cluster.Control);

        await session.SetAsync("synchronous_standby_names", "ANY 1 (\"n1\")");

        Assert.True(await session.ScalarAsync<bool>("SELECT pg_is_in_recovery()"));
        Assert.Equal("", await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", TestContext.Current.CancellationToken)); // nor is it replicated
        await session.SetAsync("synchronous_standby_names", "");
    }

    /// <summary>
    /// The startup process names what it waits for: paused, delayed, or for WAL from nowhere. By these CutOffState and Position tell
    /// that a standby stands still.
    /// </summary>
    [Fact]
    public async Task StartupProcess_PausedDelayedOrCutOff_SaysSo()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2", cluster.Control);
        var conninfo = await session.ScalarAsync<string>("SHOW primary_conninfo");

        await session.ExecuteAsync("SELECT pg_wal_replay_pause()");
        await cluster["n1"].ExecuteAsync("CREATE TABLE paused ()", TestContext.Current.CancellationToken);
        await WaitEventAsync(session, "RecoveryPause");
        await session.ExecuteAsync("SELECT pg_wal_replay_resume()");

        await session.SetAsync("recovery_min_apply_delay", "1h");
        await cluster["n1"].ExecuteAsync("CREATE TABLE delayed ()", TestContext.Current.CancellationToken);
        await WaitEventAsync(session, "RecoveryApplyDelay");
        await session.SetAsync("recovery_min_apply_delay", "0");

        await session.CutOffAsync();
        await WaitEventAsync(session, "RecoveryRetrieveRetryInterval");
        await session.SetAsync("primary_conninfo", conninfo!);
        await cluster.WaitUntilStreamingAsync(cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Task WaitEventAsync(NpgsqlConnection session, string name) => Until.TrueAsync(name, async () =>
        await session.ScalarAsync<string>("SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup'") == name);
}

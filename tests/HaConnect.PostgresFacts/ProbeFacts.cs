using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>What the statement of the probe shows to whom: ProbeSql and ProbeRow.</summary>
public sealed class ProbeFacts(SharedCluster shared)
{
    private readonly PostgresCluster _cluster = shared.Cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The whole probe runs for a user that may do nothing but CONNECT; what it may not see is null.</summary>
    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    public async Task Probe_UserWithNothingButConnect_Runs(string node)
    {
        await using var session = await _cluster.OpenAsync(node, _cluster.Application);
        var (state, can) = await ProbeAsync(session);

        Assert.False(can.SeesRegister);
        Assert.False(can.SeesStatistics);
        Assert.Equal(node == "n2", state.InRecovery);
        Assert.Equal(1, state.Timeline);
        Assert.NotEqual(0UL, state.SystemIdentifier);
        Assert.Equal(node == "n2", state.HasReceiver);
        Assert.Null(state.ReceiverStatus);
        Assert.Null(state.LastMessageAge);
        Assert.Equal(node == "n2", state.ReplayLsn is not null);
        Assert.Equal(node == "n1", state.InsertLsn is not null);
        if (node == "n1")
            Assert.Equal(("n2", (string?)null, (string?)null), Assert.Single(state.Senders) switch { var s => (s.ApplicationName, s.ClientAddress, s.State) });
    }

    /// <summary>With pg_monitor and the grants of the control user it shows everything.</summary>
    [Fact]
    public async Task Probe_ControlUser_SeesAll()
    {
        await using var primary = await _cluster.OpenAsync("n1", _cluster.Control);
        var (atPrimary, _) = await ProbeAsync(primary);
        Assert.Contains(atPrimary.Senders, s => s is { ApplicationName: "n2", IsStreaming: true, IsSynchronous: true, FlushLsn: > 0, ClientAddress: not null });
        Assert.Equal("ANY 1 (\"n2\")", atPrimary.SynchronousStandbyNames);

        await using var standby = await _cluster.OpenAsync("n2", _cluster.Control);
        var (state, can) = await ProbeAsync(standby);
        Assert.True(can is { SeesRegister: true, SeesStatistics: true });
        Assert.Equal("streaming", state.ReceiverStatus);
        Assert.Equal(Options.ConfiguredNode.NameOf(_cluster["n1"].Host, _cluster["n1"].Port), state.Upstream);
        Assert.NotNull(state.LastMessageAge);
        Assert.Equal(1, state.Timeline);
        Assert.Equal(TimeSpan.FromSeconds(2), state.WalReceiverTimeout);
    }

    /// <summary>
    /// Every session sees which of the others are older, so that all agree on who has a seat: ProbeCrowd. Of another role's session a
    /// user without pg_read_all_stats does not see the start; it counts as older, so that such a user yields.
    /// </summary>
    [Fact]
    public async Task Probe_SeveralSessions_TellWhichAreOlder()
    {
        await using var first = await OpenProbeAsync(_cluster.Control);
        await using var second = await OpenProbeAsync(_cluster.Control);
        await using var other = await OpenProbeAsync(_cluster.Application);
        await using var last = await OpenProbeAsync(_cluster.Control);

        Assert.Equal(0, (await ProbeAsync(first)).State.Crowd!.Value.Older);
        Assert.Equal(1, (await ProbeAsync(second)).State.Crowd!.Value.Older);
        Assert.Equal(3, (await ProbeAsync(other)).State.Crowd!.Value.Older);
        Assert.Equal(3, (await ProbeAsync(last)).State.Crowd!.Value.Older);
        Assert.Equal(100, (await ProbeAsync(last)).State.Crowd!.Value.MaxConnections);
    }

    /// <summary>The server counts the sessions of a database: VisitPace measures by it how many come.</summary>
    [Fact]
    public async Task Probe_NewSessions_AreCountedWhenTheyHaveEnded()
    {
        Assert.SkipWhen(_cluster.MajorVersion < 15, "before PostgreSQL 15 the statistics are read from a file");
        await using var session = await OpenProbeAsync(_cluster.Control);
        var before = (await ProbeAsync(session)).State.Crowd!.Value.SessionsSoFar!.Value;
        for (var i = 0; i < 10; i++)
            await (await OpenProbeAsync(_cluster.Control)).DisposeAsync();

        await Until.TrueAsync("10 more sessions", async () => (await ProbeAsync(session)).State.Crowd!.Value.SessionsSoFar >= before + 10);
    }

    /// <summary>Without pg_read_all_stats pg_stat_wal_receiver is one row of nulls but for the pid: ServerState.HasReceiver and HearsUpstream.</summary>
    [Fact]
    public async Task WalReceiverView_UserWithoutPgReadAllStats_ShowsOnlyThePid()
    {
        await using var session = await _cluster.OpenAsync("n2", _cluster.Application);

        Assert.Equal(["pid"], (await session.ScalarAsync<string[]>("""
            SELECT array_agg(key) FROM pg_stat_wal_receiver r CROSS JOIN LATERAL jsonb_each(to_jsonb(r)) WHERE value <> 'null'::jsonb
            """))!);
    }

    /// <summary>Privileges are checked for the whole statement before any of it runs, branches that are never taken included: ProbeSql is put together from what may be read.</summary>
    [Fact]
    public async Task Privileges_BranchNeverTaken_AreDemandedAllTheSame()
    {
        await using var session = await _cluster.OpenAsync("n2", _cluster.Application);

        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            session.ScalarAsync<string>("SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE (SELECT setting FROM pg_file_settings LIMIT 1) END"));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    /// <summary>The schema is made by the control user in one command, and everybody reads the term from it, on the standby too: ControlSql.CreateSchema, the probe's terms.</summary>
    [Fact]
    public async Task Terms_WrittenByTheControlUser_AreReadByAnyUserAtTheStandby()
    {
        string[] standbys = ["n2"];
        await using (var control = await _cluster.OpenAsync("n1", _cluster.Control, s => s.Options = "-c synchronous_commit=local"))
        {
            await control.ExecuteAsync(ControlSql.CreateSchema);
            await control.ExecuteAsync(ControlSql.InsertTerm, 1L, "n1", standbys, 1, standbys, "postgres", "me", "a fact", DBNull.Value);
            var lsn = await control.ScalarAsync<NpgsqlTypes.NpgsqlLogSequenceNumber>(ControlSql.FlushedLsn);
            await Until.TrueAsync("the flush", async () => await control.ScalarAsync<int>(ControlSql.Flushed, standbys, lsn) == 1);
            await control.ExecuteAsync(ControlSql.MarkEstablished, 1L, lsn);
        }

        await using var session = await _cluster.OpenAsync("n2", _cluster.Application);
        await Until.TrueAsync("the term", async () => (await ProbeAsync(session)).State.EstablishedTerm is { Term: 1, Primary: "n1", Required: 1, SynchronousStandbys: ["n2"] });
    }

    /// <summary>A session with default_transaction_read_only = on refuses what writes: NodeSources.ForProbe, so that Observe touches nothing.</summary>
    [Fact]
    public async Task ReadOnlyDefault_ProbeSession_RefusesWrites()
    {
        await using var session = await _cluster.OpenAsync("n1", configure: s => s.Options = "-c default_transaction_read_only=on -c statement_timeout=5000");

        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync("CREATE TABLE never ()"));

        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
    }

    private Task<NpgsqlConnection> OpenProbeAsync(PostgresCredentials credentials) =>
        _cluster.OpenAsync("n2", credentials, s => s.ApplicationName = Connections.NodeSources.ProbeApplication);

    private static async Task<(ServerState State, ProbeCapabilities Can)> ProbeAsync(NpgsqlConnection session)
    {
        ProbeCapabilities can;
        await using (var command = new NpgsqlCommand(ProbeSql.Capabilities, session))
        await using (var row = await command.ExecuteReaderAsync(Cancelled))
        {
            await row.ReadAsync(Cancelled);
            can = ProbeRow.ReadCapabilities(row);
        }

        await using var probe = new NpgsqlCommand(ProbeSql.Build(can.SeesRegister, can.SeesTerms, can.CountsSessions, can.SeesPauses), session);
        probe.Parameters.Add(new NpgsqlParameter { Value = (long)LockKey.Class });
        probe.Parameters.Add(new NpgsqlParameter { Value = (long)(uint)LockKey.ObjectOf("main") });
        await using var reader = await probe.ExecuteReaderAsync(Cancelled);
        Assert.True(await reader.ReadAsync(Cancelled));
        return (ProbeRow.Read(reader, can), can);
    }
}

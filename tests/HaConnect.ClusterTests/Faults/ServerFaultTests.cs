using HaConnect.ClusterTests.Lab;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Servers that die, freeze and come back, with three coordinators.</summary>
public sealed class ServerFaultTests : FaultTest
{
    /// <summary>Fault 2: whoever wins, there is one.</summary>
    [Fact]
    public async Task PrimaryKilledAndRestartedAtOnce_EitherItOrItsSuccessorAcks()
    {
        var lab = await StartLabAsync();
        var old = lab.Cluster["n1"];
        lab.FaultBegins("kill and restart", old);
        await old.KillAsync(Cancelled);
        await FailoverLab.UntilAsync("its loss is noticed", () => Task.FromResult(lab.Audit.Any(r => r.Sentence.StartsWith("detected:", StringComparison.Ordinal))));
        await old.StartAsync(Cancelled);
        await lab.UntilAckedAsync(200);
        var (term, primary) = await lab.PrimaryAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{primary.Name} is the primary of term {term}");
        if (primary != old)
            Assert.False(await lab.IsAckedDirectlyAsync(old), "the former primary acks");

        Assert.Empty((await lab.JudgeAsync(primary == old ? [] : [old])).Violations);
        Assert.InRange(lab.Promotions, 0, 1);
    }

    /// <summary>Faults 4, 24 and 25: it wakes, it restarts by itself, somebody points a standby at it: it acks nothing, and nobody is routed there.</summary>
    [Fact]
    public async Task FormerPrimary_WakesAndRestartsAndIsGivenAStandby_NeverAcksAndTheStandbyIsPointedBack()
    {
        var lab = await StartLabAsync();
        var old = lab.Cluster["n1"];
        lab.FaultBegins("freeze", old);
        await old.FreezeAsync(Cancelled);
        var (term, primary) = await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);

        lab.FaultBegins("the former primary wakes");
        await old.ThawAsync(Cancelled);
        Assert.False(await lab.IsAckedDirectlyAsync(old), "the former primary acks after it woke");
        lab.FaultBegins("the former primary restarts by itself");
        await old.KillAsync(Cancelled);
        await old.StartAsync(Cancelled);
        Assert.False(await lab.IsAckedDirectlyAsync(old), "the former primary acks after its restart");
        await lab.UntilAckedAsync(50);

        lab.FaultBegins("a standby is pointed at the former primary");
        var standby = lab.Cluster.Nodes.Single(n => n != old && n != primary);
        var conninfo = await standby.ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled);
        await standby.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{conninfo!.Replace($"port={primary.Port}", $"port={old.Port}", StringComparison.Ordinal)}'", Cancelled);
        await standby.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await FailoverLab.UntilAsync("the standby streams from the primary again", async () =>
            await primary.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{standby.Name}' AND state = 'streaming')", Cancelled)
            && (await standby.ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled))!.Contains($"port={primary.Port}", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        Assert.False(await lab.IsAckedDirectlyAsync(old), "the former primary acks by the standby that was pointed at it");
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync(old)).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    /// <summary>Faults 24 and 37: whoever waits there learns that its session ended, never of an ack; writes are refused, across a restart too, until it has rejoined.</summary>
    [Fact]
    public async Task FormerPrimaryIsBack_IsFencedUntilItHasRejoined()
    {
        var lab = await StartLabAsync();
        var old = lab.Cluster["n1"];
        await using var direct = Npgsql.NpgsqlDataSource.Create(lab.Cluster.NodeConnectionString(old) + ";Pooling=false;Command Timeout=0;Cancellation Timeout=-1");
        await using var connection = await direct.OpenConnectionAsync(Cancelled);
        await using var command = new Npgsql.NpgsqlCommand("UPDATE accounts SET balance = balance WHERE id = 1", connection);
        lab.FaultBegins("freeze", old);
        await old.FreezeAsync(Cancelled);
        var waiting = command.ExecuteNonQueryAsync(CancellationToken.None);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);

        await old.ThawAsync(Cancelled);

        // Closed without an answer where it waited for a standby by then, else refused.
        var ended = await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60), Cancelled));
        Assert.True(ended.GetBaseException() is EndOfStreamException or Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.AdminShutdown or Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction }, ended.ToString());
        await old.KillAsync(Cancelled);
        await old.StartAsync(Cancelled);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsync(direct, command.CommandText));
        Assert.Equal(Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
        await FailoverLab.UntilAsync("the fence is told", () => Task.FromResult(lab.Audit.Any(r => r.Sentence.StartsWith("fenced: n1", StringComparison.Ordinal))));

        await lab.Cluster.RejoinAsync(old, Cancelled);
        await lab.UntilAckedAsync(50);
        Assert.Equal("off", await old.ScalarAsync<string>("SELECT current_setting('default_transaction_read_only')", Cancelled));
        lab.FaultBegins("kill the successor", lab.Cluster["n2"]);
        var (term, primary) = await lab.PrimaryAsync();
        await primary.KillAsync(Cancelled);
        await lab.PrimaryAsync(above: term);
        await lab.UntilAckedAsync(50);
        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>Fault 11: either standby may hold the only copy of an acked write.</summary>
    [Fact]
    public async Task PrimaryAndOneStandbyKilledTogether_IsRefusedUntilTheStandbyIsBack()
    {
        var lab = await StartLabAsync();
        lab.FaultBegins("kill n1 and n2", lab.Cluster["n1"]);
        await Task.WhenAll(lab.Cluster["n1"].KillAsync(Cancelled), lab.Cluster["n2"].KillAsync(Cancelled));
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(5));
        Assert.True(await lab.Cluster["n3"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
        await lab.Cluster["n2"].StartAsync(Cancelled);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    /// <summary>Fault 23: locks and sessions are gone everywhere; the primary comes back as such, when its standbys are there again.</summary>
    [Fact]
    public async Task AllNodesKilledAndRestarted_ThePrimaryKeepsItsRole()
    {
        var lab = await StartLabAsync();
        lab.FaultBegins("kill all");
        await Task.WhenAll(lab.Cluster.Nodes.Select(n => n.KillAsync(Cancelled)));
        await Task.WhenAll(lab.Cluster["n2"].StartAsync(Cancelled), lab.Cluster["n3"].StartAsync(Cancelled));
        await lab.Cluster["n1"].StartAsync(Cancelled);
        await lab.UntilAckedAsync(100);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(0, lab.Promotions);
    }

    /// <summary>Faults 31 and 28: replay paused here and late there; then a node whose files say that another node has promised term 99.</summary>
    [Fact]
    public async Task ReplayBehindAtKill_IsWaitedForAndAnotherNodesPromiseIsNoVote()
    {
        var lab = await StartLabAsync();
        await lab.Cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await lab.Cluster["n3"].SetReplayDelayAsync(TimeSpan.FromSeconds(30), Cancelled);
        await lab.UntilAckedAsync(200);
        lab.FaultBegins("kill with replay behind", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        var (term, primary) = await lab.PrimaryAsync(above: 1);
        Assert.Equal(2, term);
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);

        await PlantAsync(lab, "99,somebody,promised,0,,0,,n7");
        await lab.UntilAckedAsync(50);
        lab.FaultBegins("kill with a foreign promise", primary);
        await primary.KillAsync(Cancelled);
        Assert.True((await lab.PrimaryAsync(above: 2)).Term >= 3);
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(2, lab.Promotions);
    }

    /// <summary>Fault 22: a primary that goes again and again; after the first failover of the window the next is refused until somebody looks.</summary>
    [Fact]
    public async Task PrimariesThatKeepDying_MoreThanTheGuardAllows_AreFailedOverNoMore()
    {
        var lab = await StartLabAsync(new LabOptions { Configure = (_, settings) => settings["HaDatabase__Failover__MaxFailovers"] = "1" });
        lab.FaultBegins("kill", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        var (_, primary) = await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(20);
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);

        for (var time = 1; time <= 3; time++)
        {
            lab.FaultBegins("kill and restart", primary);
            await primary.KillAsync(Cancelled);
            await FailoverLab.StaysAsync("no second promotion", () => lab.Promotions == 1, TimeSpan.FromSeconds(2.5));
            await primary.StartAsync(Cancelled);
            await lab.UntilAckedAsync(20);
        }

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    private static async Task ExecuteAsync(Npgsql.NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    /// <summary>As a base backup or pg_rewind brings it along; before PostgreSQL 17 ALTER SYSTEM takes it only where the session has set it.</summary>
    private static async Task PlantAsync(FailoverLab lab, string register)
    {
        await using var connection = new Npgsql.NpgsqlConnection(lab.Cluster.SuperuserConnectionString(lab.Cluster["n1"]) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        foreach (var statement in new[] { $"SET haconnect.term = '{register}'", $"ALTER SYSTEM SET haconnect.term = '{register}'", "SELECT pg_reload_conf()" })
        {
            await using var command = new Npgsql.NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }
}

using HaConnect.Failover;
using HaConnect.Options;
using HaConnect.Testing;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.PostgresFacts;

/// <summary>One failover by hand with the library's own statements, while the old primary n1 lives: n2 is promoted, n3 follows it. What is seen on the way is kept.</summary>
public sealed class PromotedCluster : IAsyncLifetime
{
    internal const int LockObject = 77;
    private const string Names = "ANY 1 (\"n3\")";
    private const string Register = "1,me,decided,n2,n2";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public PostgresCluster Cluster { get; private set; } = null!;

    public NpgsqlConnection LockSession { get; private set; } = null!;

    public int LockProcessBefore { get; private set; }

    public string? NamesAtTheOldPrimary { get; private set; }

    public bool PromotedByFalse { get; private set; }

    public bool PromotedByWrongRegister { get; private set; }

    public bool PromotedByTooHighPosition { get; private set; }

    public bool Promoted { get; private set; }

    public int TimelineByCheckpoint { get; private set; }

    public int TimelineByInsertPosition { get; private set; }

    public DateTime StartTimeBefore { get; private set; }

    public DateTime FollowerStartTimeBefore { get; private set; }

    public bool FirstCommitWaited { get; private set; }

    public bool FirstCommitEndedWithTheFollower { get; private set; }

    public bool RowSeenAtTheFollower { get; private set; }

    public int FollowerTimeline { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 2 }, Cancelled);

        // A standby with many changed pages: the checkpoint after its promotion takes a while.
        await Cluster["n1"].ExecuteAsync("CREATE TABLE written AS SELECT g AS id, repeat('x', 1000) AS filler FROM generate_series(1, 1000) g", Cancelled);
        LockSession = await Cluster.OpenAsync("n2", Cluster.Control, s => s.Options = "-c synchronous_commit=local");
        LockProcessBefore = LockSession.ProcessID;
        Assert.True(await LockSession.ScalarAsync<bool>(ControlSql.TryLock, LockKey.Class, LockObject));
        StartTimeBefore = await StartTimeAsync("n2");
        FollowerStartTimeBefore = await StartTimeAsync("n3");

        await LockSession.SetAsync("synchronous_standby_names", Names);
        NamesAtTheOldPrimary = await Cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled);
        await LockSession.ExecuteAsync($"SET haconnect.term = {ControlSql.Literal(Register)}");
        await LockSession.ExecuteAsync($"ALTER SYSTEM SET haconnect.term = {ControlSql.Literal(Register)}");
        await using var follower = await Cluster.OpenAsync("n3", Cluster.Control);
        await Task.WhenAll(LockSession.CutOffAsync(), follower.CutOffAsync());

        await PromoteAsync();
        await ObserveTimelinesAsync();
        await FollowAsync(follower);
    }

    public async ValueTask DisposeAsync()
    {
        if (LockSession is not null)
            await LockSession.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }

    internal async Task<DateTime> StartTimeAsync(string node) => await Cluster[node].ScalarAsync<DateTime>("SELECT pg_postmaster_start_time()", Cancelled);

    private async Task PromoteAsync()
    {
        PromotedByFalse = await LockSession.HasRowsAsync("SELECT pg_promote(false) WHERE false");
        PromotedByWrongRegister = await AskAsync("2,somebody else,decided,n3,n2", 0);
        PromotedByTooHighPosition = await AskAsync(Register, ulong.MaxValue);
        var position = await LockSession.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())");
        Promoted = await AskAsync(Register, (ulong)position);
        await Until.TrueAsync("the promotion", async () =>
        {
            await LockSession.ExecuteAsync(ControlSql.Reload); // the nudge, see DataNodeControl
            return !await LockSession.ScalarAsync<bool>(ControlSql.InRecovery);
        });
    }

    private Task<bool> AskAsync(string register, ulong position) =>
        LockSession.HasRowsAsync(ControlSql.Promote, (long)LockKey.Class, (long)LockObject, register, new NpgsqlLogSequenceNumber(position), Names);

    private async Task ObserveTimelinesAsync()
    {
        await using var command = new NpgsqlCommand("""
            SELECT timeline_id, ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int FROM pg_control_checkpoint()
            """, LockSession);
        await using var row = await command.ExecuteReaderAsync(Cancelled);
        await row.ReadAsync(Cancelled);
        (TimelineByCheckpoint, TimelineByInsertPosition) = (row.GetInt32(0), row.GetInt32(1));
    }

    private async Task FollowAsync(NpgsqlConnection follower)
    {
        await using var writer = await Cluster.OpenAsync("n2");
        var write = writer.ExecuteAsync("INSERT INTO written VALUES (-1, 'first of the new timeline')");
        await Until.TrueAsync("the first commit's wait", () => Cluster["n2"].WaitsForStandbyAsync(writer.ProcessID));
        FirstCommitWaited = !write.IsCompleted;

        var replication = new ReplicationOptions { Username = Cluster.Replication.User, Password = Cluster.Replication.Password };
        var nodes = Cluster.Nodes.Select(n => new ConfiguredNode(n.Name, n.Host, n.Port, 0)).ToList();
        await follower.SetAsync("primary_conninfo", new ConninfoBuilder(replication, nodes).Build("n3", "n2"));
        await Until.EndsAsync(write);
        FirstCommitEndedWithTheFollower = true;
        await Until.TrueAsync("the row at n3", () => follower.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_wal_receiver)"));
        FollowerTimeline = await follower.ScalarAsync<int>("SELECT received_tli FROM pg_stat_wal_receiver");
        await Until.TrueAsync("the row at n3", async () => await Cluster["n3"].ScalarAsync<long>("SELECT count(*) FROM written WHERE id = -1", Cancelled) == 1);
        RowSeenAtTheFollower = true;
    }
}

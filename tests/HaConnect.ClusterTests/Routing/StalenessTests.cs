using System.Collections.Concurrent;
using System.Globalization;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>One standby replays late; the bound holds all the same, and the other standby serves the reads.</summary>
public sealed class StalenessTests : ClusterTest
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    private readonly List<long> _ackedAt = []; // by sequence: one writer, so that the index is the row

    [Fact]
    public async Task OneStandbyFiveSecondsLate_NoReadMissesAnOlderRow_AndTheFreshStandbyServes()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
        {
            await using var command = new NpgsqlCommand("CREATE TABLE rows (sequence bigint PRIMARY KEY)", connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        await cluster["n3"].SetReplayDelayAsync(Late, Cancelled);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => WriteAsync(db, stop.Token), Cancelled);
        await UntilAsync("n3 seen as late", () => Task.FromResult(db.Snapshot["n3"]!.Lag is not { } lag || lag.Time > Bound));
        await UntilAsync("n2 proven fresh", () => Task.FromResult(db.Snapshot["n2"]!.Lag is { } lag && lag.Time < Bound));

        await using var preferStandby = new NpgsqlDataSourceBuilder(cluster.ConnectionString + ";Load Balance Hosts=true").BuildMultiHost().WithTargetSession(TargetSessionAttributes.PreferStandby);
        var ours = Task.Run(() => ReadAsync(() => db.OpenReadConnectionAsync(Cancelled), cluster), Cancelled);
        var npgsqls = Task.Run(() => ReadAsync(() => preferStandby.OpenConnectionAsync(Cancelled), cluster), Cancelled);
        var reads = await ours;
        var peer = await npgsqls;
        await stop.CancelAsync();
        await writing;

        Report("HaConnect, MaxReplicaLag 1 s", reads);
        Report("Npgsql, PreferStandby, Load Balance Hosts", peer);
        Assert.True(reads.Count > 500, $"only {reads.Count} reads");
        Assert.DoesNotContain(reads, r => r.Staleness > Bound);
        Assert.True(reads.Count(r => r.Node == "n2") >= 0.9 * reads.Count, "the fresh standby served less than 90 % of the reads");
        Assert.Contains(peer, r => r.Staleness > Bound); // else the test shows nothing
    }

    [Fact]
    public async Task DisconnectedStandby_IsNotTakenForFresh()
    {
        // It replays all it has received, so that receive minus replay is zero while it falls behind.
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("n3 proven fresh", () => Task.FromResult(db.Snapshot["n3"]!.Lag is { } lag && lag.Time < Bound));
        await cluster["n3"].BlockReplicationAsync(Cancelled);
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
        {
            await using var command = new NpgsqlCommand("CREATE TABLE later (id int)", connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        await UntilAsync("n3 refused", async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await using var connection = await db.OpenReadConnectionAsync(Cancelled);
                if (connection.Port == cluster["n3"].Port)
                    return false;
            }

            return true;
        });
        await cluster["n3"].UnblockReplicationAsync(Cancelled);
        await UntilAsync("n3 proven fresh again", () => Task.FromResult(db.Snapshot["n3"]!.Lag is { } lag && lag.Time < Bound));
    }

    [Fact]
    public async Task NoFreshReplica_EachFallbackDoesWhatItSays()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(2);
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();

        // Late is who was proven once: a standby whose replay stops before that would stay unproven.
        await UntilAsync("n2 proven fresh", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null));
        await cluster["n2"].SetReplayDelayAsync(TimeSpan.FromMinutes(10), Cancelled);
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
        {
            await using var command = new NpgsqlCommand("CREATE TABLE later (id int)", connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        await UntilAsync("n2 late", () => Task.FromResult(db.Snapshot["n2"]!.Lag is { } lag && lag.Time > Bound));
        await using (var primary = await db.OpenReadConnectionAsync(Cancelled))
            Assert.Equal(cluster["n1"].Port, primary.Port);
        await using (var freshest = await db.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Freshest }, Cancelled))
            Assert.Equal(cluster["n2"].Port, freshest.Port);
        var failed = await Assert.ThrowsAsync<NoReplicaException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Fail }, Cancelled));
        Assert.Contains("n2:", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NoReplicaException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Wait }, Cancelled));
        var tooSmall = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { MaxReplicaLag = TimeSpan.FromMilliseconds(100) }, Cancelled));
        Assert.Contains("Probing.Interval", tooSmall.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync(HaDataSource db, CancellationToken stop)
    {
        for (long sequence = 0; !stop.IsCancellationRequested; sequence++)
        {
            await using var connection = await db.OpenConnectionAsync(CancellationToken.None);
            await using var command = new NpgsqlCommand("INSERT INTO rows VALUES ($1)", connection) { Parameters = { new() { Value = sequence } } };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            lock (_ackedAt)
                _ackedAt.Add(TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Staleness by the test's own ledger: the age, at the moment of the call, of the oldest acked row that the read missed.</summary>
    private async Task<IReadOnlyCollection<(string Node, TimeSpan Staleness)>> ReadAsync(Func<ValueTask<NpgsqlConnection>> open, PostgresCluster cluster)
    {
        var reads = new ConcurrentBag<(string, TimeSpan)>();
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Duration)
        {
            var asked = TimeProvider.System.GetTimestamp();
            await using var connection = await open();
            await using var command = new NpgsqlCommand("SELECT coalesce(max(sequence), -1) FROM rows", connection);
            var seen = (long)(await command.ExecuteScalarAsync())!;
            long? missed;
            lock (_ackedAt)
                missed = seen + 1 < _ackedAt.Count && _ackedAt[(int)(seen + 1)] < asked ? _ackedAt[(int)(seen + 1)] : null;
            var node = cluster.Nodes.First(n => n.Port == connection.Port).Name;
            reads.Add((node, missed is { } ackedAt ? TimeProvider.System.GetElapsedTime(ackedAt, asked) : TimeSpan.Zero));
        }

        return reads;
    }

    private static void Report(string who, IReadOnlyCollection<(string Node, TimeSpan Staleness)> reads)
    {
        var shares = string.Join(", ", reads.GroupBy(r => r.Node).OrderBy(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {100.0 * g.Count() / reads.Count:0.0} %")));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{who}: {reads.Count} reads, {100.0 * reads.Count(r => r.Staleness > Bound) / reads.Count:0.0} % older than {Bound.TotalSeconds} s, greatest staleness {reads.Max(r => r.Staleness).TotalSeconds:0.000} s; {shares}"));
    }
}

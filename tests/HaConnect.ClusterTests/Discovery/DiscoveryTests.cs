using System.Collections.Concurrent;
using HaConnect.Discovery;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Discovery;

/// <summary>Nodes that come and go, on real servers.</summary>
public sealed class DiscoveryTests : ClusterTest
{
    private const string Name = "_postgresql._tcp.example.test";

    [Fact]
    public async Task StandbyAddedAndTakenAway_ReadsGoOnWithoutAnError()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 2, SynchronousStandbys = 0 });
        var (n1, n2, n3) = (cluster["n1"], cluster["n2"], cluster["n3"]);
        await using var dns = new NameServer(Name) { Records = [(n1.Host, n1.Port), (n2.Host, n2.Port)] };
        var options = Nothing(cluster); // all of it comes from DNS
        await using var db = new HaDataSourceBuilder(options).AddDiscovery(new SrvRecords(Name, dns.Address)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        Assert.Equal(n1.Port, db.Snapshot.Primary!.Port);
        await UntilAsync("n2 fresh", () => Task.FromResult(db.Snapshot.Nodes is { Count: 2 } nodes && nodes.Any(n => n.Lag is not null)));

        ConcurrentDictionary<int, int> reads = new();
        ConcurrentQueue<Exception> failed = new();
        using var stop = new CancellationTokenSource();
        var readers = Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => ReadAsync(db, isRun: i % 2 == 0, reads, failed, stop.Token), Cancelled)));
        int Reads(PostgresNode node) => reads.GetValueOrDefault(node.Port);

        await UntilAsync("reads at n2", () => Task.FromResult(Reads(n2) > 100));
        Assert.Equal(0, Reads(n3));
        dns.Records = [(n1.Host, n1.Port), (n2.Host, n2.Port), (n3.Host, n3.Port)];
        await UntilAsync("reads at n3 too", () => Task.FromResult(Reads(n3) > 100));
        var removed = db.Snapshot.Nodes.Single(n => n.Port == n3.Port);

        var held = await OpenAtAsync(db, n3);
        dns.Records = [(n1.Host, n1.Port), (n2.Host, n2.Port)];
        await UntilAsync("n3 removed", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Port != n3.Port)));
        await UntilAsync("nothing left at n3 but what is in use", async () => await SessionsAsync(cluster, n3) == "app");
        Assert.Equal(1, await new NpgsqlCommand("SELECT 1", held).ExecuteScalarAsync(Cancelled)); // it may be used to its end
        await held.DisposeAsync();
        await UntilAsync("nothing left at n3", async () => await SessionsAsync(cluster, n3) == "");
        var (atN2, atN3) = (Reads(n2), Reads(n3));
        await n3.StopAsync(StopMode.Immediate, Cancelled);
        await UntilAsync("further reads at n2", () => Task.FromResult(Reads(n2) > atN2 + 100));
        Assert.Equal(atN3, Reads(n3));

        await n3.StartAsync(Cancelled);
        dns.Records = [(n1.Host, n1.Port), (n2.Host, n2.Port), (n3.Host, n3.Port)];
        await UntilAsync("reads at n3 again", () => Task.FromResult(Reads(n3) > atN3 + 100));
        Assert.NotSame(removed.Node, db.Snapshot.Nodes.Single(n => n.Port == n3.Port).Node);
        await stop.CancelAsync();
        await readers;
        Assert.Empty(failed);
    }

    [Fact]
    public async Task NameServerThatFallsSilent_ChangesNothing()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        await using var dns = new NameServer(Name) { Records = [.. cluster.Nodes.Select(n => (n.Host, n.Port))] };
        var options = Nothing(cluster);
        options.Discovery.Timeout = TimeSpan.FromMilliseconds(200);
        await using var db = new HaDataSourceBuilder(options).AddDiscovery(new SrvRecords(Name, dns.Address)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        dns.IsSilent = true;
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        await UntilAsync("the promoted one is followed all the same", () => Task.FromResult(db.Snapshot.Primary?.Port == cluster["n2"].Port));
        await using var connection = await db.OpenConnectionAsync(Cancelled);
        Assert.Equal(cluster["n2"].Port, connection.Port);
        Assert.Equal(2, db.Snapshot.Nodes.Count);
    }

    [Fact]
    public async Task NothingIsDiscovered_TheErrorSaysWhy()
    {
        await using var dns = new NameServer("other");
        var options = new HaDatabaseOptions { ConnectionString = "Username=app", Connections = { WaitTimeout = TimeSpan.FromSeconds(2) } };
        await using var db = new HaDataSourceBuilder(options).AddDiscovery(new SrvRecords(Name, dns.Address)).Build();
        var error = await Assert.ThrowsAsync<NoPrimaryException>(async () => await db.OpenConnectionAsync(Cancelled));
        Assert.True(error.IsTransient);
        Assert.Contains($"none was discovered: the SRV records of {Name}: ", error.Message, StringComparison.Ordinal);
        var findings = await db.Cluster.DiagnoseAsync(Cancelled);
        Assert.All(findings, f => Assert.Null(f.Node)); // there is none to say anything of
    }

    [Fact]
    public async Task ReportedStandby_StoppedForLong_IsRemovedAndFoundAgain()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var (primary, standby) = (cluster["n1"], cluster["n2"]);
        var name = $"{standby.Host}:{standby.Port}";
        await standby.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = 'host={primary.Host} port={primary.Port} user={cluster.Replication.User} password={cluster.Replication.Password} application_name={name}'", Cancelled);
        await standby.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        var options = Nothing(cluster);
        options.ConnectionString += $";Host={primary.Host}:{primary.Port}";
        options.Discovery.ForgetAfter = TimeSpan.FromSeconds(10);
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password);
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the standby in use", () => Task.FromResult(db.Snapshot[name]?.Lag is not null));

        await standby.StopAsync(cancellationToken: Cancelled);
        await UntilAsync("it is seen to be gone", () => Task.FromResult(db.Snapshot[name]?.Reachability == NodeReachability.Unreachable));
        var stoppedAt = TimeProvider.System.GetTimestamp();
        await UntilAsync("it is removed", () => Task.FromResult(db.Snapshot[name] is null));
        Assert.InRange(TimeProvider.System.GetElapsedTime(stoppedAt).TotalSeconds, 5, 29);
        await standby.StartAsync(Cancelled);
        await UntilAsync("the standby in use again", () => Task.FromResult(db.Snapshot[name]?.Lag is not null));
    }

    [Fact]
    public async Task SameServerUnderTwoNames_IsUsedOnce()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        await using var db = new HaDataSourceBuilder(options).AddDiscovery(new ListedHosts(string.Join(',', cluster.Nodes.Select(n => $"localhost:{n.Port}")))).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("both seen to be the same", () => Task.FromResult(cluster.Nodes.All(n => db.Snapshot[$"localhost:{n.Port}"]?.Reason.Contains($"the same server as {n.Name} ", StringComparison.Ordinal) == true)));
        Assert.Equal("n1", db.Snapshot.Primary?.Name);
        await UntilAsync("n2 fresh", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null));
        Assert.Equal("n2", Assert.Single(db.ExplainRead().Nodes, n => n.IsChosen).Node.Name);
    }

    [Fact]
    public async Task Ipv6Address_IsANodeLikeAnyOther()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, Settings = { ["listen_addresses"] = "127.0.0.1,::1" } });
        var node = cluster["n1"];
        await File.AppendAllTextAsync(Path.Combine(node.DataDirectory, "pg_hba.conf"), "\nhost all all ::1/128 scram-sha-256\n", Cancelled);
        await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await using var db = new HaDataSourceBuilder(Nothing(cluster)).AddDiscovery(new ListedHosts($"[::1]:{node.Port}")).Build();
        var seen = await db.ExecuteAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT host(inet_server_addr())", connection);
                return (string)(await command.ExecuteScalarAsync(token))!;
            },
            WorkKind.IdempotentWrite, Cancelled);
        Assert.Equal(("::1", $"[::1]:{node.Port}"), (seen, db.Snapshot.Primary?.Name));
    }

    private static HaDatabaseOptions Nothing(PostgresCluster cluster) => new()
    {
        ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app",
        Routing = { MaxReplicaLag = TimeSpan.FromSeconds(1) },
        Discovery = { Interval = TimeSpan.FromSeconds(1) },
    };

    private static async Task ReadAsync(HaDataSource db, bool isRun, ConcurrentDictionary<int, int> reads, ConcurrentQueue<Exception> failed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (isRun)
                {
                    await db.ReadAsync(RunAsync, cancellationToken: Cancelled);
                }
                else
                {
                    await using var connection = await db.OpenReadConnectionAsync(Cancelled);
                    await RunAsync(connection, Cancelled);
                }
            }
            catch (Exception e)
            {
                failed.Enqueue(e);
            }
        }

        async Task<bool> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
            var isStandby = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
            reads.AddOrUpdate(connection.Port, 1, static (_, n) => n + 1);
            return isStandby;
        }
    }

    private static async Task<NpgsqlConnection> OpenAtAsync(HaDataSource db, PostgresNode node)
    {
        while (true)
        {
            var connection = await db.OpenReadConnectionAsync(Cancelled);
            if (connection.Port == node.Port)
                return connection;
            await connection.DisposeAsync();
        }
    }

    private static async Task<string> SessionsAsync(PostgresCluster cluster, PostgresNode node)
    {
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(node));
        await using var command = source.CreateCommand("SELECT coalesce(string_agg(usename, ' '), '') FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        return (string)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}

using HaConnect.Connections;
using HaConnect.Discovery;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Discovery;

/// <summary>Another cluster's server at the address of a node: it lets the application in, and must never be used.</summary>
public sealed class ForeignServerTests : ClusterTest
{
    [Theory]
    [InlineData("n1")] // the primary: writes would go to the other cluster
    [InlineData("n2")]
    public async Task AnotherClustersServerAtTheAddressOfANode_IsRefused(string name)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(1);
        options.Routing.Fallback = ReadFallback.Primary;
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("n2 fresh", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null));
        var before = db.Snapshot;
        var (ours, node) = (before.SystemIdentifier!.Value, before[name]!.Node);

        var foreign = await StartForeignAsync(cluster, cluster[name].Port);
        using var stop = new CancellationTokenSource();
        var users = Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => IdentifiersAsync(db, isWrite: i % 2 == 0, stop.Token), Cancelled)));
        await cluster[name].StopAsync(StopMode.Immediate, Cancelled);
        await foreign.StartAsync(Cancelled);

        // What was decided before any probe saw it is refused at the new physical connection, and so it is after one did.
        await using (var early = new NodeSources(options, configure: null, _ => before).ForApplication(node))
            Assert.Contains("was restarted since", (await Assert.ThrowsAsync<ServerRestartedException>(async () => await early.OpenConnectionAsync(Cancelled))).Message, StringComparison.Ordinal);
        await UntilAsync("it is told", () => Task.FromResult(db.Snapshot[name]!.Reason.StartsWith("refused: its system identifier ", StringComparison.Ordinal)));
        await using (var late = new NodeSources(options, configure: null, _ => db.Snapshot).ForApplication(node))
            Assert.Contains("now belongs to another cluster", (await Assert.ThrowsAsync<ServerRestartedException>(async () => await late.OpenConnectionAsync(Cancelled))).Message, StringComparison.Ordinal);
        Assert.NotEqual(name, db.Snapshot.Primary?.Name);

        await foreign.StopAsync(StopMode.Immediate, Cancelled);
        await cluster[name].StartAsync(Cancelled);
        await UntilAsync("all is well again", () => Task.FromResult(db.Snapshot is { Primary.Name: "n1" } now && now["n2"]!.Lag is not null));
        await stop.CancelAsync();
        var seen = (await users).SelectMany(u => u).ToList();
        Assert.NotEmpty(seen);
        Assert.All(seen, s => Assert.Equal(ours, s));
    }

    [Fact]
    public async Task DiscoveredServerOfAnotherCluster_IsRefusedAndTold()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var foreign = await StartForeignAsync(cluster, port: null);
        await foreign.StartAsync(Cancelled);
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).AddDiscovery(new ListedHosts($"{foreign.Host}:{foreign.Port}")).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("it is told", () => Task.FromResult(db.Snapshot[$"{foreign.Host}:{foreign.Port}"]?.Reason.StartsWith("refused: its system identifier ", StringComparison.Ordinal) == true));
        Assert.Equal("n1", db.Snapshot.Primary?.Name);
        Assert.DoesNotContain(db.ExplainRead().Nodes, n => n.IsChosen && n.Node.Port == foreign.Port);
    }

    /// <summary>Its one server, stopped, with the application's user and password of the other cluster; at a port of choice where one is given.</summary>
    private async Task<PostgresNode> StartForeignAsync(PostgresCluster cluster, int? port)
    {
        var other = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        var node = other["n1"];
        await node.ExecuteAsync($"ALTER ROLE {cluster.Application.User} PASSWORD '{cluster.Application.Password}'", Cancelled);
        if (port is { } taken)
            await node.ExecuteAsync($"ALTER SYSTEM SET port = {taken}", Cancelled);
        await node.StopAsync(cancellationToken: Cancelled);
        return node;
    }

    /// <summary>The system identifier of every server that a connection led to.</summary>
    private static async Task<List<ulong>> IdentifiersAsync(HaDataSource db, bool isWrite, CancellationToken stop)
    {
        List<ulong> seen = [];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = isWrite ? await db.OpenConnectionAsync(Cancelled) : await db.OpenReadConnectionAsync(Cancelled);
                await using var command = new NpgsqlCommand("SELECT system_identifier FROM pg_control_system()", connection);
                seen.Add((ulong)(long)(await command.ExecuteScalarAsync(Cancelled))!);
            }
            catch (NpgsqlException)
            {
                // A server was stopped; what counts is where the others went.
            }
        }

        return seen;
    }
}

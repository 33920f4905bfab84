using HaConnect.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>The way back to a cluster that nobody coordinates, and anew into one that is, as docs/operations/unmanaged.md has it.</summary>
public sealed class GiveUpTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();

    /// <summary>Of two nodes out of recovery the one on the higher timeline would be taken for the primary.</summary>
    [Fact]
    public async Task GiveUp_AnotherNodeWasPromotedByHand_IsRefused()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 3 });
        await using var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(db);
        await cluster["n4"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        await UntilAsync("the fork is seen", () => Task.FromResult(db.Snapshot["n4"]!.Role == NodeRole.Primary));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => db.Cluster.GiveUpCoordinationAsync("main", Cancelled));
        Assert.StartsWith("Coordination was not given up: n4 is out of recovery too", refused.Message, StringComparison.Ordinal);
        Assert.Equal("n1", db.Snapshot.Primary!.Name);
    }

    [Fact]
    public async Task GivenUp_EveryInstanceFollowsWhoeverIsPromotedByHand_AndCoordinationCanBeginAnew()
    {
        var cluster = await StartClusterAsync();
        await using var observer = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await using (var db = BuildAudited(ClusterOptions.Coordinate(cluster), _audit))
        {
            await UntilManagedAsync(db);
            await UntilManagedAsync(observer);
            await Assert.ThrowsAsync<ArgumentException>(() => db.Cluster.GiveUpCoordinationAsync("another", Cancelled));
            Assert.True(await db.Cluster.GiveUpCoordinationAsync("main", Cancelled));
            Assert.False(await db.Cluster.GiveUpCoordinationAsync("main", Cancelled));
            await UntilAsync("the coordinator's word", () => Task.FromResult(_audit.Records.Any(r => r.Sentence.StartsWith("this instance does not coordinate: coordination of this cluster was given up, on record as term 2;", StringComparison.Ordinal))));
            await UntilAsync("routing by recovery", () => Task.FromResult(db.Snapshot is { Term: null, Primary.Name: "n1" } && observer.Snapshot is { Term: null, Primary.Name: "n1" }));

            // The primary is lost, and nobody acts but a person.
            await cluster["n1"].KillAsync(Cancelled);
            await UntilAsync("the loss", () => Task.FromResult(db.Snapshot.Primary is null && observer.Snapshot.Primary is null));
            var seen = db.Snapshot.Version;
            await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 50));
            Assert.True(await cluster["n2"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
            Assert.True(await cluster["n3"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
            await cluster["n2"].ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = ''", Cancelled);
            await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
            await UntilAsync("n2 is followed", () => Task.FromResult(db.Snapshot.Primary?.Name == "n2" && observer.Snapshot.Primary?.Name == "n2"));
            await using (var command = observer.CreateCommand("CREATE TEMP TABLE written (id int)"))
                await command.ExecuteNonQueryAsync(Cancelled);

            // The old one comes back, and is nobody's primary.
            await cluster["n1"].StartAsync(Cancelled);
            await UntilAsync("the old one is seen", () => Task.FromResult(observer.Snapshot["n1"] is { Role: NodeRole.Primary, IsQuarantined: true }));
            Assert.Equal("n2", observer.Snapshot.Primary!.Name);
        }

        // Anew: what is left is taken away, the old primary and the other standby follow, and term 1 is written.
        foreach (var node in (string[])["n1", "n3"])
            await cluster.RejoinAsync(cluster[node], Cancelled);
        await cluster["n2"].ExecuteAsync("DROP SCHEMA haconnect CASCADE", Cancelled);
        foreach (var node in cluster.Nodes)
        {
            await node.ExecuteAsync("ALTER SYSTEM RESET haconnect.term", Cancelled);
            await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        }

        await cluster["n2"].ExecuteAsync("""ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ("n1","n3")'""", Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        await using var again = BuildAudited(ClusterOptions.Coordinate(cluster), _audit);
        await UntilManagedAsync(again);
        Assert.Equal((1L, "n2"), (again.Snapshot.Term!.Value, again.Snapshot.Primary!.Name));
    }
}

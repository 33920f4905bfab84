using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Cli;

/// <summary><c>fence</c>, while no coordinator runs.</summary>
public sealed class FenceTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-fence-command-");

    [Fact]
    public async Task Fence_OldPrimaryThatCameBack_RefusesWrites_AlsoAfterARestart_AndTheRealOneIsRefused()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        string primary;
        await using (var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build())
        {
            await UntilManagedAsync(db);
            await cluster["n1"].KillAsync(Cancelled);
            await UntilAsync("another primary", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
            primary = db.Snapshot.Primary!.Name;
            var busy = await ToolRun.InProcessAsync(settings, "fence", primary, "--cluster", "main");
            Assert.Equal(1, busy.Code);
        }

        await cluster["n1"].StartAsync(Cancelled);
        await cluster["n1"].ExecuteAsync("SET synchronous_commit = local; CREATE TABLE stray (id int)", Cancelled); // a second primary
        await using var client = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]));
        await using var open = await client.OpenConnectionAsync(Cancelled);

        var named = await ToolRun.InProcessAsync(settings, "fence", "n1", "--cluster", "another");
        Assert.True(named.Code == 1 && named.Output.Contains("'another' is not the name of this cluster", StringComparison.Ordinal), named.ToString());
        var real = await ToolRun.InProcessAsync(settings, "fence", primary, "--cluster", "main");
        Assert.True(real.Code == 1 && real.Output.StartsWith($"{primary} was not fenced: it is the established primary of term 2, the newest that is known. To make another node the primary ask for a switchover", StringComparison.Ordinal), real.ToString());
        var standby = cluster.Nodes.First(n => n.Name != "n1" && n.Name != primary).Name;
        var follower = await ToolRun.InProcessAsync(settings, "fence", standby, "--cluster", "main");
        Assert.True(follower.Code == 1 && follower.Output.Contains("it is a standby, and takes no writes", StringComparison.Ordinal), follower.ToString());
        var noProgram = await ToolRun.InProcessAsync(settings, "fence", "n1", "--cluster", "main", "--external");
        Assert.True(noProgram.Code == 1 && noProgram.Output.Contains("Failover.Fencing.Command", StringComparison.Ordinal), noProgram.ToString());
        var withProgram = new FileInfo(Path.Combine(_folder.FullName, "with-program.json"));
        await File.WriteAllTextAsync(withProgram.FullName, (await File.ReadAllTextAsync(settings.FullName, Cancelled)).Replace("\"Failover\":{", """
            "Failover":{"Fencing":{"Command":"/bin/sh","Arguments":["-c","echo $HACONNECT_NODE $HACONNECT_TERM $HACONNECT_DRY_RUN"]},
            """, StringComparison.Ordinal), Cancelled);
        var fromOutside = await ToolRun.InProcessAsync(withProgram, "fence", "n1", "--cluster", "main", "--external");
        Assert.True(fromOutside.Code == 0 && fromOutside.Output == "n1 is fenced from outside: /bin/sh ended with exit code 0: n1 2 false" + Environment.NewLine, fromOutside.ToString());
        Assert.Equal(1, (await ToolRun.InProcessAsync(withProgram, "fence", primary, "--cluster", "main", "--external")).Code);
        var rehearsed = await ToolRun.InProcessAsync(settings, "fence", "n1", "--cluster", "main", "--dry-run");
        Assert.True(rehearsed.Code == 0 && rehearsed.Output.StartsWith("Nothing was changed. n1 now: default_transaction_read_only = off", StringComparison.Ordinal), rehearsed.ToString());
        await cluster["n1"].ExecuteAsync("SET synchronous_commit = local; INSERT INTO stray VALUES (1)", Cancelled);

        var fenced = await ToolRun.InProcessAsync(settings, "fence", "n1", "--cluster", "main");
        TestContext.Current.TestOutputHelper?.WriteLine($"{rehearsed}{fenced}");
        Assert.True(fenced.Code == 0 && fenced.Output.StartsWith("n1 is fenced until it has rejoined", StringComparison.Ordinal), fenced.ToString());
        await RequireRefusedAsync(cluster["n1"]);
        await using (var command = new NpgsqlCommand("SELECT 1", open))
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Cancelled)); // it was connected before
        await cluster["n1"].RestartAsync(cancellationToken: Cancelled);
        await RequireRefusedAsync(cluster["n1"]);
        Assert.Equal("""ANY 1 ("haconnect_fenced_2")""", await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled));

        var again = await ToolRun.InProcessAsync(settings, "fence", "n1", "--cluster", "main");
        Assert.True(again.Code == 0 && again.Output.StartsWith("n1 is fenced already", StringComparison.Ordinal), again.ToString());
        await cluster[primary].ExecuteAsync("CREATE TABLE goes_on (id int)", Cancelled);
        Assert.Equal(primary, (await cluster.RejoinAsync(cluster["n1"], Cancelled)).Primary);
    }

    /// <summary>25006: in a read-only transaction.</summary>
    private static async Task RequireRefusedAsync(PostgresNode node) =>
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, (await Assert.ThrowsAsync<PostgresException>(() => node.ExecuteAsync("INSERT INTO stray VALUES (2)", Cancelled))).SqlState);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

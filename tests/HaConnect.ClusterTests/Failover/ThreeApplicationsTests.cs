namespace HaConnect.ClusterTests.Failover;

/// <summary>Three application processes with <see cref="FailoverMode.Coordinate"/>: exactly one acts.</summary>
public sealed class ThreeApplicationsTests : ClusterTest
{
    private const int Kills = 10;
    private readonly List<ApplicationProcess> _applications = [];

    [Fact]
    public async Task TenKills_OnePromotionEach_NothingLostAndNoErrorsToChase()
    {
        var cluster = await StartClusterAsync();
        var applications = StartThree(cluster);
        // The writing application only observes: it follows what the three decide.
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("term 1", () => Task.FromResult(db.Snapshot is { Term: 1, Primary: not null }));
        await using var workload = await Workload.StartAsync(db);
        for (var kill = 1; kill <= Kills; kill++)
        {
            var before = workload.AckedCount;
            await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= before + 100));

            // A node that has come back is named again by a term of its own, a moment after it streams.
            await UntilAsync("both standbys have to ack", () => Task.FromResult(db.Snapshot is { Primary: not null, NewestTerm.SynchronousStandbys.Count: 2 }));
            var primary = db.Snapshot.Primary!.Name;
            var term = db.Snapshot.Term!.Value;
            await cluster[primary].KillAsync(Cancelled);
            await UntilAsync($"a successor after kill {kill}", () => Task.FromResult(db.Snapshot is { Primary: not null } now && now.Term > term));
            Assert.Equal(term + 1, db.Snapshot.Term);
            await cluster.RejoinAsync(cluster[primary], Cancelled);
            Assert.Equal(kill, applications.Sum(a => a.Audit.Count(r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal))));
        }

        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster[db.Snapshot.Primary!.Name])));
        Assert.All(applications, a => Assert.Empty(a.LogAt("Error")));
        Assert.All(applications, a => Assert.Empty(a.LogAt("Critical")));
    }

    [Fact]
    public async Task OrderlyStopOfTheCoordinator_HandsOverAtOnce()
    {
        var cluster = await StartClusterAsync();
        var applications = StartThree(cluster);
        await UntilAsync("one coordinator with an established term", () =>
            Task.FromResult(applications.Count(a => a.IsCoordinator) == 1 && applications.Any(a => a.Audit.Any(r => r.Sentence.StartsWith("established:", StringComparison.Ordinal)))));
        var first = applications.Single(a => a.IsCoordinator);
        await first.StopAsync();
        var released = first.Audit[^1];
        Assert.EndsWith("stops and releases its locks", released.Sentence, StringComparison.Ordinal);

        await UntilAsync("a successor", () => Task.FromResult(applications.Any(a => a != first && a.IsCoordinator)));
        var elected = applications.Where(a => a != first).SelectMany(a => a.Audit).Last(r => r.Sentence.StartsWith("elected:", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"handed over after {(elected.At - released.At).TotalSeconds:0.000} s");
        Assert.All(applications, a => Assert.Empty(a.LogAt("Error")));
        Assert.All(applications, a => Assert.Empty(a.LogAt("Warning")));
    }

    [Fact]
    public async Task PrimaryAndCoordinatorKilledTogether_AnotherInstanceFailsOver()
    {
        var cluster = await StartClusterAsync();
        var applications = StartThree(cluster);
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("term 1", () => Task.FromResult(db.Snapshot is { Term: 1, Primary: not null }));
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));

        applications.Single(a => a.IsCoordinator).Kill();
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: > 1, Primary: not null }));
        await workload.StopAsync();

        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster[db.Snapshot.Primary!.Name])));
    }

    public override async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var line in _applications.SelectMany((a, i) => a.Lines.Select(l => $"application {i + 1}: {l}")))
                TestContext.Current.TestOutputHelper?.WriteLine(line);
        }

        foreach (var application in _applications)
            await application.DisposeAsync();
        await base.DisposeAsync();
    }

    private List<ApplicationProcess> StartThree(HaConnect.Testing.PostgresCluster cluster)
    {
        var options = ClusterOptions.CoordinateAsEnvironment(cluster);
        options["HaDatabase__Failover__MaxFailovers"] = "100";
        for (var i = 0; i < 3; i++)
            _applications.Add(ApplicationProcess.Start(options));
        return _applications;
    }
}

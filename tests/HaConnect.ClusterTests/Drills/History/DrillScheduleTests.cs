using System.Diagnostics.Metrics;
using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Drills.Schedule;
using HaConnect.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace HaConnect.ClusterTests.Drills.History;

/// <summary>Schedules on a real cluster: of two instances one begins a drill, what is on the cluster decides, and an incident postpones it.</summary>
public sealed class DrillScheduleTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-drills-");

    [Fact]
    public async Task Turn_TwoInstancesAtOnce_OneRunsItAndTheOtherFindsItOnRecord()
    {
        var cluster = await StartClusterAsync();
        await using var first = await Instance.StartAsync(cluster, Path.Combine(_folder.FullName, "web-1"));
        await using var second = await Instance.StartAsync(cluster, Path.Combine(_folder.FullName, "web-2"));
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        var schedules = new[] { first, second }.Select(i => i.Schedule(async token =>
        {
            Interlocked.Increment(ref runs);
            await running.Task.WaitAsync(token); // the other one has its turn while this goes on
            return new DrillOutcome(DrillKind.Failover, TimeProvider.System.GetUtcNow(), "main", true, "it was drilled");
        })).ToList();

        // Paused, the cluster is left alone.
        await first.Db.Cluster.PauseFailoverAsync("work", Cancelled);
        await UntilAsync("both to see the pause", () => Task.FromResult(new[] { first, second }.All(i => ScheduleRule.WhyNotWhole(i.Db.Snapshot) == "automatic failover is paused")));
        Assert.DoesNotContain(true, await Task.WhenAll(schedules.Select(s => s.TurnAsync(Cancelled))));
        // One of them has the turn, and tells it.
        Assert.Contains(new[] { first, second }.SelectMany(i => i.Log.Collector.GetSnapshot()), r => r.Message == "The Failover drill of main is due, and is postponed: automatic failover is paused");
        await first.Db.Cluster.ResumeFailoverAsync(Cancelled);
        await UntilAsync("a whole cluster", () => Task.FromResult(new[] { first, second }.All(i => ScheduleRule.WhyNotWhole(i.Db.Snapshot) is null)));

        var turns = schedules.Select(s => s.TurnAsync(Cancelled)).ToList();
        await UntilAsync("one of them to be turned away", () => Task.FromResult(turns.Any(t => t.IsCompleted)));
        Assert.False(await await Task.WhenAny(turns));
        Assert.DoesNotContain(true, await Task.WhenAll(schedules.Select(s => s.TurnAsync(Cancelled)))); // begun, and not ended
        running.SetResult();
        Assert.Single(await Task.WhenAll(turns), begun => begun);
        Assert.Equal(1, runs);

        // Both have the outcome, once it is on the cluster.
        await UntilAsync("the outcome on the cluster", async () => (await DrillHistory.ReadAsync(second.Db, cancellationToken: Cancelled)).Drills.Count == 1);
        var history = await DrillHistory.ReadAsync(first.Db, cancellationToken: Cancelled);
        Assert.Equal((1, false), (history.Standings[0].Passed, history.IsOverdue));
        Assert.Single(history.Ledger.Begun);
        Assert.DoesNotContain(true, await Task.WhenAll(schedules.Select(s => s.TurnAsync(Cancelled))));
    }

    [Fact]
    public async Task AddDrillSchedule_InAHost_RunsTheDrillAndGivesTheMetric()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var services = new ServiceCollection();
        var (runs, options) = (0, ClusterOptions.Coordinate(cluster));
        services.AddHaDatabase(o => Copy(options, o))
            .AddAuditFile(Path.Combine(_folder.FullName, "web"))
            .AddAuditTable()
            .AddDrillHistory(o => o.ReadInterval = TimeSpan.FromSeconds(1))
            .AddDrillSchedule(DrillKind.Restore, (provider, _) =>
            {
                runs++;
                return Task.FromResult(new DrillOutcome(DrillKind.Restore, TimeProvider.System.GetUtcNow(), provider.GetRequiredService<HaDataSource>().Snapshot.Primary is null ? "none" : "main", true, "restored") { Recovery = TimeSpan.FromSeconds(7) });
            }, o => (o.Cadence, o.CheckInterval) = (TimeSpan.FromDays(84), TimeSpan.FromSeconds(1)));
        var recovery = new List<double>();
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i is { Name: "haconnect.drill.recovery.time", Meter.Name: "HaConnect.Operations" }) l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("haconnect.drill", "restore")))
                recovery.Add(value);
        });
        listener.Start();
        await using (var provider = services.BuildServiceProvider())
        {
            var hosted = provider.GetServices<IHostedService>().ToList();
            foreach (var service in hosted)
                await service.StartAsync(Cancelled);
            await UntilAsync("the metric", () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(recovery.Contains(7));
            }, TimeSpan.FromSeconds(60));
            foreach (var service in Enumerable.Reverse(hosted))
                await service.StopAsync(Cancelled);
        }

        Assert.Equal(1, runs);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static void Copy(HaDatabaseOptions from, HaDatabaseOptions to)
    {
        to.ConnectionString = from.ConnectionString;
        foreach (var node in from.Nodes)
            to.Nodes.Add(node);
        (to.Failover.Mode, to.Failover.ControlUsername, to.Failover.ControlPassword, to.Failover.RequiredSynchronousStandbys) = (from.Failover.Mode, from.Failover.ControlUsername, from.Failover.ControlPassword, from.Failover.RequiredSynchronousStandbys);
        (to.Failover.Replication.Username, to.Failover.Replication.Password, to.Routing.MaxReplicaLag) = (from.Failover.Replication.Username, from.Failover.Replication.Password, from.Routing.MaxReplicaLag);
    }

    /// <summary>An application with its trail, and its copy on the cluster.</summary>
    private sealed class Instance : IAsyncDisposable
    {
        private readonly AuditFile _file;
        private readonly AuditTable _table;

        private Instance(AuditFile file, HaDataSource db, AuditTable table) => (_file, Db, _table) = (file, db, table);

        internal HaDataSource Db { get; }

        internal FakeLogger Log { get; } = new();

        internal static async Task<Instance> StartAsync(PostgresCluster cluster, string folder)
        {
            var file = AuditFile.Open(folder);
            var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(file).Build();
            await UntilManagedAsync(db);
            return new Instance(file, db, AuditTable.Start(file, db));
        }

        internal DrillScheduler Schedule(Func<CancellationToken, Task<DrillOutcome>> drill) => new(DrillKind.Failover, "main", drill, new DrillScheduleOptions(), new DrillHistoryOptions { ClusterName = "main" },
            new PrimaryClaim(Db.Runtime, _file), _file, () => ScheduleRule.WhyNotWhole(Db.Snapshot), TimeProvider.System, Log);

        public async ValueTask DisposeAsync()
        {
            await _table.DisposeAsync();
            await Db.DisposeAsync();
            await _file.DisposeAsync();
        }
    }
}

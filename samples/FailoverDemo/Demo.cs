using FailoverDemo.Reporting;
using FailoverDemo.Servers;
using HaConnect;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Workload;
using HaConnect.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FailoverDemo;

/// <summary>The course of the demo.</summary>
internal static class Demo
{
    private const int Interrupted = 130;

    /// <returns>The exit code: 0 where all that is promised was kept.</returns>
    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var timeline = new DrillTimeline(time);
        var console = new DemoConsole(options, timeline, time);
        try
        {
            await using var cluster = await console.WaitAsync("Starting a PostgreSQL primary and two standbys …",
                PostgresCluster.StartAsync(new PostgresClusterOptions { SynchronousStandbys = options.IsAsynchronous ? 0 : 1 }, cancellationToken));
            var report = await RunAsync(cluster, options, timeline, console, time, cancellationToken);
            console.Show(report);
            return report.Problems.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.Say("Interrupted; the servers are stopped and their folder is removed.");
            return Interrupted;
        }
        catch (Exception e) when (e is PostgresClusterException or HaConnectException or TimeoutException)
        {
            console.Say(e.Message);
            return 1;
        }
    }

    private static async Task<Report> RunAsync(
        PostgresCluster cluster, DemoOptions options, DrillTimeline timeline, DemoConsole console, TimeProvider time, CancellationToken cancellationToken)
    {
        var oldPrimary = await cluster.GetPrimaryAsync(cancellationToken);
        var settings = new HaDatabaseOptions();
        Configure(settings, cluster, options);
        var servers = DrillServer.AllOf(settings);
        var first = servers.First(server => server.Name == oldPrimary.Name);
        var (_, oldTimeline) = await ServerState.OfAsync(first, cancellationToken);
        console.Introduce(cluster, oldPrimary);
        await CreateTableAsync(servers, first, time, cancellationToken);

        using var host = BuildHost(cluster, options, timeline, time);
        await host.StartAsync(cancellationToken);
        var database = host.Services.GetRequiredService<HaDataSource>();
        await WaitUntilManagedAsync(database, time, cancellationToken);

        var ledger = new Ledger(options.Writers, DemoOptions.Readers, oldPrimary.Name, time);
        ledger.AckedElsewhere += () => timeline.Add(DrillTimeline.FirstWrite, "acked by the new primary");
        using var stop = new CancellationTokenSource();
        var workload = new Clients(database, ledger, new ClientsOptions(options.Writers, DemoOptions.Readers, TimeSpan.Zero), time).RunAsync(stop.Token, cancellationToken);
        var fault = InjectFaultAsync(oldPrimary, ledger, options, timeline, stop, time, cancellationToken);
        await console.FollowAsync(workload, ledger);
        await fault;
        await workload;

        var final = await console.WaitAsync($"Bringing {oldPrimary.Name} back and reading every server directly …", DemoEnd.TakeAsync(cluster, servers, oldPrimary, ledger, time, cancellationToken));
        console.ShowEvents(ledger);
        await host.StopAsync(cancellationToken);
        return Report.Of(cluster, oldPrimary, oldTimeline, ledger, final, timeline, options);
    }

    private static IHost BuildHost(PostgresCluster cluster, DemoOptions options, DrillTimeline timeline, TimeProvider time)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (options.IsVerbose)
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IAuditSink>(timeline);
        builder.Services.AddHaDatabase(database => Configure(database, cluster, options));
        return builder.Build();
    }

    private static void Configure(HaDatabaseOptions database, PostgresCluster cluster, DemoOptions options)
    {
        database.ConnectionString = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = null }.ConnectionString;
        foreach (var node in cluster.Nodes)
            database.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        database.Routing.MaxReplicaLag = DemoOptions.MaxReplicaLag;
        database.Failover.Mode = FailoverMode.Coordinate;
        database.Failover.ControlUsername = cluster.Control.User;
        database.Failover.ControlPassword = cluster.Control.Password;
        database.Failover.Replication.Username = cluster.Replication.User;
        database.Failover.Replication.Password = cluster.Replication.Password;
        database.Failover.RequiredSynchronousStandbys = options.IsAsynchronous ? 0 : 1;
    }

    /// <summary>On every server, so that a reader on a standby finds it at once.</summary>
    private static async Task CreateTableAsync(IReadOnlyList<DrillServer> servers, DrillServer primary, TimeProvider time, CancellationToken cancellationToken)
    {
        await DrillTable.CreateAsync(primary, cancellationToken);
        foreach (var server in servers)
            await WaitAsync($"table on {server.Name}", () => ServerRead.HasTableAsync(server, cancellationToken), time, cancellationToken);
    }

    /// <summary>From term 1 on a coordinator may fail over.</summary>
    private static Task WaitUntilManagedAsync(HaDataSource database, TimeProvider time, CancellationToken cancellationToken) =>
        WaitAsync("coordinator", () => Task.FromResult(database.Snapshot.Term == 1), time, cancellationToken, () => database.Snapshot.Describe());

    private static async Task WaitAsync(string what, Func<Task<bool>> condition, TimeProvider time, CancellationToken cancellationToken, Func<string>? describe = null)
    {
        var startedAt = time.GetTimestamp();
        var patience = TimeSpan.FromSeconds(30);
        while (!await condition())
        {
            if (time.GetElapsedTime(startedAt) > patience)
                throw new TimeoutException($"No {what} within {patience.TotalSeconds} s. {describe?.Invoke()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
    }

    private static async Task InjectFaultAsync(
        PostgresNode primary, Ledger ledger, DemoOptions options, DrillTimeline timeline, CancellationTokenSource stop, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(options.FaultAfter, time, cancellationToken);
            ledger.FaultBegins();
            timeline.Add(DrillTimeline.Fault, $"{(options.Fault == Fault.Kill ? "SIGKILL" : "SIGSTOP")} to every process of {primary.Name}, the primary");
            await (options.Fault == Fault.Kill ? primary.KillAsync(cancellationToken) : primary.FreezeAsync(cancellationToken));
            await Task.Delay(options.Duration - options.FaultAfter, time, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
        }
    }
}

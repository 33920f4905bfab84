using HaConnect.Testing;
using MonitoringStack.Servers;

namespace MonitoringStack;

/// <summary>Everything together, until it is to end.</summary>
internal static class Stack
{
    private const string Interval = "5s";
    private static readonly TimeSpan s_killAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_returnAfter = TimeSpan.FromMinutes(2);
    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal) { ["ServerMetrics__Interval"] = "00:00:05" };

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool kill, TimeSpan? duration, CancellationToken cancellationToken)
    {
        if (MonitoringPrograms.Prometheus is null || MonitoringPrograms.NodeExporter is null)
        {
            await Console.Error.WriteLineAsync("Prometheus and node_exporter are not on this machine: eng/install-prometheus.sh gets them where there is apt-get; else put prometheus and prometheus-node-exporter into PATH.");
            return 1;
        }

        try
        {
            await RunServersAsync(kill, duration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // as asked
        }
        catch (Exception e) when (e is PostgresClusterException or InvalidOperationException or TimeoutException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        Console.WriteLine("Everything is stopped, and its folders are removed.");
        return 0;
    }

    private static async Task RunServersAsync(bool kill, TimeSpan? duration, CancellationToken cancellationToken)
    {
        Console.WriteLine("Starting a PostgreSQL primary and two standbys, two applications, node_exporter and Prometheus …");
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken: cancellationToken);
        var program = BuiltBeside("Monitoring", "Monitoring.dll");
        await using var first = MonitoredApplication.Start(program, cluster, s_settings);
        await using var second = MonitoredApplication.Start(program, cluster, s_settings);
        await using var exporter = NodeExporterServer.Start();
        string[] applications = [await AddressOf(first), await AddressOf(second)];
        var host = await exporter.MarkedAsync(cancellationToken);
        await using var prometheus = await PrometheusServer.StartAsync(
            Path.Combine(Root.FullName, "monitoring", "prometheus", "haconnect.rules.yml"),
            new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["haconnect"] = applications, ["node"] = [host] }, Interval, cancellationToken);
        foreach (var application in applications)
            Console.WriteLine($"  application    http://{application}/metrics");
        Console.WriteLine($"  node_exporter  http://{host}/metrics");
        Console.WriteLine($"  Prometheus     {prometheus.Address}graph, its alerts {prometheus.Address}alerts");
        foreach (var node in cluster.Nodes)
            Console.WriteLine($"  {node.Name}             {node.Host}:{node.Port}");
        Console.WriteLine(duration is null ? "Ctrl-C ends it." : $"It ends in {duration.Value.TotalSeconds:0} s.");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (duration is { } d)
            end.CancelAfter(d);
        await Task.WhenAll(FollowAlertsAsync(prometheus, end.Token), kill ? KillAsync(cluster, end.Token) : Task.CompletedTask);

        async Task<string> AddressOf(TiedProcess application) => new Uri(await application.MarkedAsync(cancellationToken)).Authority;
    }

    /// <summary>Says which alerts begin and end.</summary>
    private static async Task FollowAlertsAsync(PrometheusServer prometheus, CancellationToken cancellationToken)
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = (await prometheus.FiringAsync(CancellationToken.None)).Select(l => $"{l["alertname"]} {l.GetValueOrDefault("haconnect_node") ?? l.GetValueOrDefault("instance")}".TrimEnd()).ToHashSet(StringComparer.Ordinal);
            foreach (var alert in now.Except(before, StringComparer.Ordinal))
                Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}  fires     {alert}");
            foreach (var alert in before.Except(now, StringComparer.Ordinal))
                Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}  resolved  {alert}");
            before = now;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task KillAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        if (!await WaitAsync(s_killAfter, cancellationToken))
            return;
        var primary = await cluster.GetPrimaryAsync(CancellationToken.None);
        Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}  killed    {primary.Name}, the primary");
        await primary.KillAsync(CancellationToken.None);
        if (!await WaitAsync(s_returnAfter, cancellationToken))
            return;
        await cluster.RejoinAsync(primary, CancellationToken.None);
        Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}  rejoined  {primary.Name}, as a standby");
    }

    private static async Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.Delay(time, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    /// <summary>This is …/samples/MonitoringStack/bin/Release/net10.0.</summary>
    private static DirectoryInfo Root => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.Parent!;

    /// <summary>A sample that is built with this one, so in the same configuration.</summary>
    private static string BuiltBeside(string name, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root.FullName, "samples", name, "bin", own.Parent!.Name, own.Name, file);
    }
}

using HaConnect.Testing;
using MonitoringStack.Servers;

namespace HaConnect.WebTests.Monitoring;

/// <summary>A cluster, three applications on it (two may coordinate, the third looks on), a host's exporter, and a real Prometheus that scrapes them all every second and has the rules.</summary>
internal sealed class MonitoringLab : IAsyncDisposable
{
    private const string Interval = "1s";

    private readonly DirectoryInfo _folder;

    private MonitoringLab(DirectoryInfo folder, PostgresCluster cluster, TiedProcess[] applications, PlantedHost host, PrometheusServer prometheus) =>
        (_folder, Cluster, Applications, Host, Prometheus) = (folder, cluster, applications, host, prometheus);

    internal PostgresCluster Cluster { get; }

    /// <summary>The last one observes only, and looks after drills, backups and verifications.</summary>
    internal IReadOnlyList<TiedProcess> Applications { get; }

    internal IEnumerable<TiedProcess> Coordinating => Applications.SkipLast(1);

    internal PlantedHost Host { get; }

    internal PrometheusServer Prometheus { get; }

    internal static async Task<MonitoringLab> StartAsync(PostgresCluster cluster, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> ofTheLast, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("haconnect-monitoring-");
        var rules = Path.Combine(folder.FullName, "shortened.rules.yml");
        await File.WriteAllTextAsync(rules, AlertRules.Shortened(), cancellationToken);
        var observing = new Dictionary<string, string>(settings.Concat(ofTheLast), StringComparer.Ordinal) { ["HaDatabase__Failover__Mode"] = "Observe" };
        TiedProcess[] applications = [Start(settings), Start(settings), Start(observing)];
        var host = PlantedHost.Start();
        var addresses = await Task.WhenAll(applications.Select(async a => new Uri(await a.MarkedAsync(cancellationToken)).Authority));
        var jobs = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["haconnect"] = addresses, ["node"] = [await host.Exporter.MarkedAsync(cancellationToken)] };
        return new MonitoringLab(folder, cluster, applications, host, await PrometheusServer.StartAsync(rules, jobs, Interval, cancellationToken));

        TiedProcess Start(IReadOnlyDictionary<string, string> own) => MonitoredApplication.Start(Repository.Sample("Monitoring"), cluster, own);
    }

    /// <summary>The names of the alerts that fire now.</summary>
    internal async Task<IReadOnlySet<string>> FiringAsync(CancellationToken cancellationToken) =>
        (await Prometheus.FiringAsync(cancellationToken)).Select(a => a["alertname"]).ToHashSet(StringComparer.Ordinal);

    /// <summary>The names of all that have fired since the start, as Prometheus remembers it: also those that fired for a moment only.</summary>
    internal async Task<IReadOnlySet<string>> HaveFiredAsync(CancellationToken cancellationToken) =>
        (await Prometheus.QueryAsync("""count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))""", cancellationToken)).Select(a => a.Labels["alertname"]).ToHashSet(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Prometheus.DisposeAsync();
        await Host.DisposeAsync();
        foreach (var application in Applications)
            await application.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

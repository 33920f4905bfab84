using HaConnect.Testing;

namespace MonitoringStack.Servers;

/// <summary>samples/Monitoring as a process, on a cluster, at a port that is free.</summary>
internal static class MonitoredApplication
{
    /// <param name="program">Monitoring.dll.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="settings">More settings, over those that the cluster needs: <c>HaDatabase__Failover__Mode</c>, say.</param>
    internal static TiedProcess Start(string program, PostgresCluster cluster, IReadOnlyDictionary<string, string> settings)
    {
        var all = SettingsOf(cluster);
        foreach (var (name, value) in settings)
            all[name] = value;
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return TiedProcess.Start(dotnet, [program, "--urls", "http://127.0.0.1:0", "--contentRoot", Path.GetDirectoryName(program)!], "Now listening on: ", all);
    }

    private static Dictionary<string, string> SettingsOf(PostgresCluster cluster)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HaDatabase__ConnectionString"] = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app;SSL Mode=Prefer",
            ["HaDatabase__Failover__ControlUsername"] = cluster.Control.User,
            ["HaDatabase__Failover__ControlPassword"] = cluster.Control.Password,
            ["HaDatabase__Failover__Replication__Username"] = cluster.Replication.User,
            ["HaDatabase__Failover__Replication__Password"] = cluster.Replication.Password,
        };
        foreach (var (i, node) in cluster.Nodes.Index())
        {
            settings[$"HaDatabase__Nodes__{i}__Name"] = node.Name;
            settings[$"HaDatabase__Nodes__{i}__Host"] = node.Host;
            settings[$"HaDatabase__Nodes__{i}__Port"] = $"{node.Port}";
        }

        return settings;
    }
}

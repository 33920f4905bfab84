using HaConnect.Testing;

namespace HaConnect.ClusterTests;

/// <summary>How an application would be configured for a test's cluster.</summary>
internal static class ClusterOptions
{
    internal static HaDatabaseOptions Observe(PostgresCluster cluster)
    {
        var options = new HaDatabaseOptions
        {
            ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app;SSL Mode=Prefer", // the servers have no certificates, also in the networks that tests make
        };
        foreach (var node in cluster.Nodes)
            options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(1);
        return options;
    }

    internal static HaDatabaseOptions Coordinate(PostgresCluster cluster, int requiredSynchronousStandbys = 1)
    {
        var options = Observe(cluster);
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.ControlUsername = cluster.Control.User;
        options.Failover.ControlPassword = cluster.Control.Password;
        options.Failover.RequiredSynchronousStandbys = requiredSynchronousStandbys;
        options.Failover.Replication.Username = cluster.Replication.User;
        options.Failover.Replication.Password = cluster.Replication.Password;
        foreach (var witness in cluster.Witnesses)
            options.Failover.Witnesses.Add(new WitnessOptions { Name = witness.Name, Host = witness.Host, Port = witness.Port });
        return options;
    }

    /// <summary>The same as environment variables for the section <c>HaDatabase</c>.</summary>
    internal static Dictionary<string, string> CoordinateAsEnvironment(PostgresCluster cluster)
    {
        var options = Coordinate(cluster);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HaDatabase__ConnectionString"] = options.ConnectionString!,
            ["HaDatabase__Routing__MaxReplicaLag"] = "00:00:01",
            ["HaDatabase__Failover__Mode"] = "Coordinate",
            ["HaDatabase__Failover__ControlUsername"] = cluster.Control.User,
            ["HaDatabase__Failover__ControlPassword"] = cluster.Control.Password,
            ["HaDatabase__Failover__Replication__Username"] = cluster.Replication.User,
            ["HaDatabase__Failover__Replication__Password"] = cluster.Replication.Password,
        };
        for (var i = 0; i < options.Nodes.Count; i++)
        {
            variables[$"HaDatabase__Nodes__{i}__Name"] = options.Nodes[i].Name!;
            variables[$"HaDatabase__Nodes__{i}__Host"] = options.Nodes[i].Host;
            variables[$"HaDatabase__Nodes__{i}__Port"] = $"{options.Nodes[i].Port}";
        }

        for (var i = 0; i < cluster.Witnesses.Count; i++)
        {
            variables[$"HaDatabase__Failover__Witnesses__{i}__Name"] = cluster.Witnesses[i].Name;
            variables[$"HaDatabase__Failover__Witnesses__{i}__Host"] = cluster.Witnesses[i].Host;
            variables[$"HaDatabase__Failover__Witnesses__{i}__Port"] = $"{cluster.Witnesses[i].Port}";
        }

        return variables;
    }
}

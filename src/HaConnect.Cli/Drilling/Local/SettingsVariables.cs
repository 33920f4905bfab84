using System.Globalization;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>Options as environment variables, by which another program gets them without a file. Pure.</summary>
internal static class SettingsVariables
{
    /// <param name="options">What is to be passed on; of all else the defaults hold.</param>
    /// <param name="section">The section that the other program reads.</param>
    internal static Dictionary<string, string> Of(HaDatabaseOptions options, string section)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var failover = options.Failover;
        Set("ClusterName", options.ClusterName);
        Set("Environment", options.Environment);
        Set("ConnectionString", options.ConnectionString);
        Set("Routing__MaxReplicaLag", options.Routing.MaxReplicaLag.ToString("c", CultureInfo.InvariantCulture));
        Set("Failover__Mode", failover.Mode.ToString());
        Set("Failover__ControlUsername", failover.ControlUsername);
        Set("Failover__ControlPassword", failover.ControlPassword);
        Set("Failover__RequiredSynchronousStandbys", Number(failover.RequiredSynchronousStandbys));
        Set("Failover__Replication__Username", failover.Replication.Username);
        Set("Failover__Replication__Password", failover.Replication.Password);
        foreach (var (i, node) in options.Nodes.Index())
        {
            Set($"Nodes__{Number(i)}__Name", node.Name);
            Set($"Nodes__{Number(i)}__Host", node.Host);
            Set($"Nodes__{Number(i)}__Port", Number(node.Port));
            Set($"Nodes__{Number(i)}__Zone", node.Zone);
            Set($"Nodes__{Number(i)}__Synchronous", node.Synchronous ? "true" : "false");
        }

        foreach (var (i, witness) in failover.Witnesses.Index())
        {
            Set($"Failover__Witnesses__{Number(i)}__Name", witness.Name);
            Set($"Failover__Witnesses__{Number(i)}__Host", witness.Host);
            Set($"Failover__Witnesses__{Number(i)}__Port", Number(witness.Port));
        }

        return variables;

        void Set(string name, string? value)
        {
            if (value is not null)
                variables[$"{section}__{name}"] = value;
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

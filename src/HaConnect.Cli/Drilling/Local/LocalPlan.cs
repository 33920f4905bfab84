using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Cli.Drilling.Local;

/// <summary>What throw-away cluster a drill is made of. Pure.</summary>
/// <param name="Kind">What is to be proven.</param>
/// <param name="Fault">What befalls it.</param>
/// <param name="IsAsynchronous">Asynchronous replication, instead of one synchronous standby (ANY 1).</param>
/// <param name="WithCoordinator">The coordinator in office is a process of its own, and lost with the primary.</param>
internal sealed record LocalPlan(DrillKind Kind, LocalFault Fault, bool IsAsynchronous, bool WithCoordinator)
{
    internal const string ClusterName = "local-drill";

    /// <summary>The site that is lost has n1, n2 and the coordinator in office; the other n3, n4 and the application; a witness is at a third place.</summary>
    internal static readonly string[] LostSite = ["n1", "n2"];

    internal bool HasSites => Kind == DrillKind.Disaster;

    internal bool HasAgent => WithCoordinator || HasSites;

    internal int Standbys => HasSites ? 3 : 2;

    internal int Witnesses => HasSites ? 1 : 0;

    internal int RequiredSynchronousStandbys => IsAsynchronous ? 0 : 1;

    internal IReadOnlyList<string> Nodes => [.. Enumerable.Range(1, Standbys + 1).Select(i => FormattableString.Invariant($"n{i}"))];

    internal IReadOnlyList<string> Struck(string primary) => HasSites ? [primary, .. LostSite.Where(n => n != primary)] : [primary];

    /// <summary>The names that the first primary begins with, where the library's own would not do: a commit that only the lost site holds would be lost with it.</summary>
    internal string? SynchronousNames => HasSites && !IsAsynchronous ? "ANY 1 (\"n3\",\"n4\")" : null;

    /// <summary>As every application instance of the cluster has it.</summary>
    internal HaDatabaseOptions OptionsFor(PostgresCluster cluster)
    {
        var options = new HaDatabaseOptions
        {
            ClusterName = ClusterName,
            Environment = "Drill",
            ConnectionString = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = null }.ConnectionString,
        };
        foreach (var node in cluster.Nodes)
        {
            options.Nodes.Add(new HaNodeOptions
            {
                Name = node.Name,
                Host = node.Host,
                Port = node.Port,
                Zone = HasSites ? LostSite.Contains(node.Name, StringComparer.Ordinal) ? "a" : "b" : null,
                Synchronous = !HasSites || node.Name != LostSite[1],
            });
        }

        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(1);
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.ControlUsername = cluster.Control.User;
        options.Failover.ControlPassword = cluster.Control.Password;
        options.Failover.RequiredSynchronousStandbys = RequiredSynchronousStandbys;
        options.Failover.Replication.Username = cluster.Replication.User;
        options.Failover.Replication.Password = cluster.Replication.Password;
        foreach (var witness in cluster.Witnesses)
            options.Failover.Witnesses.Add(new WitnessOptions { Name = witness.Name, Host = witness.Host, Port = witness.Port });
        return options;
    }
}

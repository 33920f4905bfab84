namespace HaConnect;

/// <summary>
/// Everything a PostgreSQL cluster needs to be used through HaConnect. The defaults fit a cluster of three nodes; only the
/// nodes (<see cref="ConnectionString"/> with several hosts, or <see cref="Nodes"/>) have to be given, or a discovery.
/// </summary>
public sealed class HaDatabaseOptions
{
    /// <summary>
    /// An Npgsql connection string. Its <c>Host</c> may list several hosts (<c>Host=db1:5432,db2,db3:5433</c>), which then are the
    /// nodes of the cluster, named <c>host:port</c>; where <see cref="Nodes"/> are given, it must not name hosts. Database,
    /// user, password, TLS and pool settings apply to each node. Where it has no <c>SSL Mode</c>, <c>VerifyFull</c> is in force for hosts that are not
    /// loopback or sockets: the server's certificate and its name are checked (docs/operations/security.md). <c>Target Session Attributes</c>, <c>Load Balance Hosts</c> and
    /// <c>Multiplexing</c> are refused: routing is HaConnect's work.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The data nodes by name, as an alternative to hosts in <see cref="ConnectionString"/>. The name must be the node's
    /// <c>application_name</c> in <c>synchronous_standby_names</c> where <see cref="FailoverMode.Coordinate"/> is used.
    /// </summary>
    public IList<HaNodeOptions> Nodes { get; } = [];

    /// <summary>
    /// The cluster's name; the same for all application instances. It keys the advisory locks and the records on witnesses.
    /// Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, 1 to 40 of them. Default <c>main</c>.
    /// </summary>
    public string ClusterName { get; set; } = "main";

    /// <summary>
    /// What the cluster is for, in a word: <c>Production</c>, <c>Staging</c>. Every instance puts it on record in the audit trail when it is started, and drills, which break things on purpose, are refused
    /// where it says production. Default null: nobody says it.
    /// </summary>
    public string? Environment { get; set; }

    /// <summary>How nodes are found beside the configured ones.</summary>
    public DiscoveryOptions Discovery { get; } = new();

    /// <summary>How the nodes are watched.</summary>
    public ProbingOptions Probing { get; } = new();

    /// <summary>Where reads go.</summary>
    public RoutingOptions Routing { get; } = new();

    /// <summary>How long opens and operations wait through a failover.</summary>
    public ConnectionsOptions Connections { get; } = new();

    /// <summary>Whether and how this instance takes part in failover.</summary>
    public FailoverOptions Failover { get; } = new();

    /// <summary>
    /// A declaration for <see cref="HaCluster.DiagnoseAsync"/>: the disks of all nodes are encrypted, which PostgreSQL cannot tell. Nothing else depends on it.
    /// Default false, not declared.
    /// </summary>
    public bool EncryptedAtRest { get; set; }
}

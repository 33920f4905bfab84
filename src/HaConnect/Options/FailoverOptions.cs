namespace HaConnect;

/// <summary>Whether and how this instance takes part in failover.</summary>
public sealed class FailoverOptions
{
    /// <summary>Default <see cref="FailoverMode.Observe"/>.</summary>
    public FailoverMode Mode { get; set; }

    /// <summary>
    /// The database that holds the advisory locks and the schema <c>haconnect</c>, the same for all instances (advisory locks
    /// are per database). Default <c>postgres</c>.
    /// </summary>
    public string ControlDatabase { get; set; } = "postgres";

    /// <summary>
    /// The user for probing and coordination; docs/operations/roles.sql has the privileges it needs. Default: the application's
    /// own user of <see cref="HaDatabaseOptions.ConnectionString"/>, which normally may only observe.
    /// </summary>
    public string? ControlUsername { get; set; }

    /// <summary>The password of <see cref="ControlUsername"/>. Default: from the connection string's <c>Passfile</c>, from <c>PGPASSFILE</c>, <c>~/.pgpass</c>, or a provider.</summary>
    public string? ControlPassword { get; set; }

    /// <summary>
    /// How many synchronous standbys must have flushed a commit before it is acked: the <c>k</c> of
    /// <c>synchronous_standby_names = 'ANY k (…)'</c>, which must agree. 0 is asynchronous replication: acked writes can then be
    /// lost in a failover. More than 1 keeps more copies, but no more are proven: PostgreSQL counts connections, and a standby that has
    /// just reconnected can have two, so that a failover needs every synchronous standby in reach whatever this is
    /// (docs/adr/0036). 0 to the number of standbys. Default 1.
    /// </summary>
    public int RequiredSynchronousStandbys { get; set; } = 1;

    /// <summary>
    /// After how long without its stream a synchronous standby is taken out of <c>synchronous_standby_names</c>, since a failover needs all that
    /// are named: by a new term, and only where more are left than have to ack. It is named again when it streams. 4 s to 1 day. Default 30 s.
    /// </summary>
    public TimeSpan DropStandbyAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What to do where fewer standbys are left than have to ack. Null, the default: writes wait, and a failover that would leave too few
    /// is refused. Otherwise the primary takes writes alone after this time, and a node that is promoted with too few followers at once; a
    /// majority of the voters must accept either. Until a standby has caught up there is one copy of what is written then, and no failover.
    /// 4 s to 1 day.
    /// </summary>
    public TimeSpan? DegradeAfter { get; set; }

    /// <summary>
    /// With asynchronous replication: a standby that is further than this behind the last observed position of the primary is
    /// not promoted. Bytes of WAL, 0 or more. Default 16 MiB.
    /// </summary>
    public long MaxDataLossBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Servers without data that take part in the vote. An instance that only observes needs them too, to know whether it sees enough
    /// voters (<see cref="WithoutMajority"/>). Default none.
    /// </summary>
    public IList<WitnessOptions> Witnesses { get; } = [];

    /// <summary>How a standby connects to its primary; used to build <c>primary_conninfo</c> when a node is repointed.</summary>
    public ReplicationOptions Replication { get; } = new();

    /// <summary>
    /// The server-side lease of the coordinator's lock sessions (<c>idle_session_timeout</c>), renewed at a third of it: how long
    /// a vanished coordinator keeps others out. 1 s to 60 s. Default 3 s. Before PostgreSQL 14 servers have no such setting: a host that has vanished is noticed by
    /// keepalives after about 5 s, and a coordinator's process that is stopped keeps the others out until it runs again or is ended.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a failover waits for stragglers in each step once enough nodes have answered, and how long for those without
    /// which it cannot go on is ten times that. 100 ms to 60 s. Default 1 s.
    /// </summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a primary that says that it is starting up or shutting down (57P03) is waited for before it counts as lost, and how
    /// long a primary that does not answer is waited for where every standby in reach has itself just been started: after a restart
    /// of all nodes the old primary keeps its role. Zero waits for none. 0 to 10 minutes. Default 30 s.
    /// </summary>
    public TimeSpan StartupGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many failovers there may be within <see cref="FailoverWindow"/>; the next is refused until the window has moved on. Counted
    /// from the servers' records, whichever instance coordinated. 1 to 100. Default 3.
    /// </summary>
    public int MaxFailovers { get; set; } = 3;

    /// <summary>See <see cref="MaxFailovers"/>; by the servers' clocks. 1 s to 1 day. Default 10 minutes.</summary>
    public TimeSpan FailoverWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What makes sure, from outside PostgreSQL, that a lost primary takes no more writes before another is promoted. Recommended with asynchronous replication.</summary>
    public FencingOptions Fencing { get; } = new();

    /// <summary>What this instance does while too few voters are in its sight. It holds with <see cref="FailoverMode.Observe"/> too.</summary>
    public WithoutMajorityOptions WithoutMajority { get; } = new();
}

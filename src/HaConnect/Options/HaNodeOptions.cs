namespace HaConnect;

/// <summary>One data node of the cluster: a PostgreSQL server that is the primary or a standby.</summary>
public sealed class HaNodeOptions
{
    /// <summary>
    /// The node's name in logs, metrics and records, and its <c>application_name</c> in <c>synchronous_standby_names</c>.
    /// 1 to 63 printable ASCII characters without <c>"</c>, <c>,</c>, <c>'</c> and blanks. Default: <c>host:port</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The host name or address under which this application and the other nodes reach the server. Required.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port, 1 to 65535. Default 5432.</summary>
    public int Port { get; set; } = 5432;

    /// <summary>
    /// Which of several equally advanced standbys is promoted: the higher number first. Default 0. It never outweighs the
    /// position in the WAL.
    /// </summary>
    public int Priority { get; set; }

    /// <summary>Where it is (a data centre, an availability zone): reads prefer replicas of <see cref="RoutingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; set; }

    /// <summary>
    /// Its share of the reads beside that of others (<see cref="RoutingOptions.Balancing"/>): one with 200 gets twice as many as one with 100. With 0 it is in
    /// reserve, and serves reads only where no other replica qualifies. 0 to 1000. Default 100.
    /// </summary>
    public int Weight { get; set; } = DefaultWeight;

    internal const int DefaultWeight = 100;

    /// <summary>
    /// Whether this node, as a standby, may be among those that have to flush a commit before it is acked. Coordinators name all such
    /// standbys that stream, and no others, so that a distant one can be kept out of the way of writes. Where
    /// <see cref="FailoverOptions.RequiredSynchronousStandbys"/> is 0 nobody is named. It may be promoted all the same. Default true.
    /// </summary>
    public bool Synchronous { get; set; } = true;
}

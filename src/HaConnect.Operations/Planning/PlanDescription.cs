using System.Text.Json.Serialization;
using HaConnect.Options;

namespace HaConnect.Operations.Planning;

/// <summary>What is wanted, as an operator writes it down. Everything else of a plan follows from it.</summary>
internal sealed record PlanDescription
{
    internal const string Synchronous = "0";
    internal const string Asynchronous = "async";

    public int SchemaVersion { get; init; } = 1;

    public string Cluster { get; init; } = "main";

    /// <summary>The first becomes the primary when the cluster is set up.</summary>
    public IReadOnlyList<PlannedNode> Nodes { get; init; } = [];

    public IReadOnlyList<PlannedNode> Witnesses { get; init; } = [];

    /// <summary>"0": no acked write may be lost in a failover. "async": what was acked last may be.</summary>
    public string Rpo { get; init; } = Synchronous;

    /// <summary>For how many seconds writes may stand still when the primary is lost; null where that is not said.</summary>
    public double? RtoSeconds { get; init; }

    /// <summary>The share of the load that are reads which replicas may serve, 0 to 1; null where that is not said.</summary>
    public double? ReadShare { get; init; }

    /// <summary>After how many seconds with too few synchronous standbys the primary takes writes alone; null for never: writes wait.</summary>
    public double? DegradeAfterSeconds { get; init; }

    public int PostgresMajor { get; init; } = 17;

    /// <summary>Null: where Debian's and Ubuntu's packages of that version have them.</summary>
    public string? ProgramDirectory { get; init; }

    /// <summary>On every host: password files, the application's settings, and the data folders that are not named. Only the server's user may look into it.</summary>
    public string Directory { get; init; } = "/var/lib/postgresql/haconnect";

    /// <summary>From where applications connect: networks and addresses as pg_hba.conf has them. None: this host where all nodes are on loopback, else samenet.</summary>
    public IReadOnlyList<string> Clients { get; init; } = [];

    /// <summary>Whether everything goes over TLS. Null: yes, but where all nodes are on loopback.</summary>
    public bool? Tls { get; init; }

    /// <summary>Whether coordinators keep replication slots for all nodes.</summary>
    public bool KeepSlots { get; init; }

    public int MaxConnections { get; init; } = 200;

    /// <summary>The application's database.</summary>
    public string Database { get; init; } = "app";

    public PlannedRoles Roles { get; init; } = new();

    [JsonIgnore]
    internal bool IsSynchronous => Rpo == Synchronous;

    [JsonIgnore]
    internal int Required => IsSynchronous ? 1 : 0;

    [JsonIgnore]
    internal bool UsesTls => Tls ?? !Nodes.Concat(Witnesses).All(n => HostList.IsLocal(n.Host));

    [JsonIgnore]
    internal PlannedNode Primary => Nodes[0];

    /// <summary>Those that have to flush a commit of the first primary.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> SynchronousStandbys => IsSynchronous ? [.. Nodes.Skip(1).Where(n => n.Synchronous).Select(n => n.Name)] : [];

    internal string DataDirectoryOf(PlannedNode node) => (node.DataDirectory ?? $"{InDirectory(node.Name)}/data").TrimEnd('/');

    internal string ProgramsOf(PlannedNode node) => (node.ProgramDirectory ?? ProgramDirectory ?? System.FormattableString.Invariant($"/usr/lib/postgresql/{PostgresMajor}/bin")).TrimEnd('/');

    internal string InDirectory(string name) => $"{Directory.TrimEnd('/')}/{name}";

    /// <summary>Of the servers: the superuser's and that of replication.</summary>
    [JsonIgnore]
    internal string ServersPassFile => InDirectory("servers.pgpass");

    /// <summary>Of applications: their own, the control user's and the observer's.</summary>
    [JsonIgnore]
    internal string ApplicationPassFile => InDirectory("application.pgpass");
}

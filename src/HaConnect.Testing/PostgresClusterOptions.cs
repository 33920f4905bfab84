using System.Net;
using System.Net.Sockets;
using HaConnect.Testing.Hosting;

namespace HaConnect.Testing;

/// <summary>What kind of cluster <see cref="PostgresCluster.StartAsync"/> brings up. The defaults: one primary, two standbys, one of them synchronous.</summary>
public sealed class PostgresClusterOptions
{
    private const int MaxServers = 8;

    /// <summary>Standbys of the first primary: <c>n2</c>, <c>n3</c>, … Default 2, bounds 0 to 8.</summary>
    public int Standbys { get; set; } = 2;

    /// <summary>Servers of their own, outside replication, with a system identifier of their own: <c>w1</c>, <c>w2</c>, … Default 0, bounds 0 to 8.</summary>
    public int Witnesses { get; set; }

    /// <summary>
    /// k of <c>synchronous_standby_names = 'ANY k ("n2","n3",…)'</c>, set on the first primary only. Default 1, bounds 0 to <see cref="Standbys"/>;
    /// 0 is asynchronous replication. A cluster without standbys is always asynchronous.
    /// </summary>
    public int SynchronousStandbys { get; set; } = 1;

    /// <summary>Whether the data nodes and witnesses are made with data checksums (<c>initdb --data-checksums</c>). Default false: initdb's own default, which is on since PostgreSQL 18.</summary>
    public bool DataChecksums { get; set; }

    /// <summary>More server settings for all nodes, as in <c>postgresql.conf</c>; they win over the library's. Values are quoted for you. Default none.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The folder that holds <c>postgres</c>, <c>initdb</c>, <c>pg_basebackup</c> and <c>pg_rewind</c>. Default null: the environment variable
    /// <c>HACONNECT_PG_BIN</c>, then <c>PATH</c>, then the newest version in the usual folders of Debian, Red Hat and Homebrew, then a Docker engine.
    /// </summary>
    public string? BinDirectory { get; set; }

    /// <summary>
    /// An image of PostgreSQL, such as <c>postgres:18</c>, whose programs run in containers of a Docker engine on this machine, on the host's network, instead of
    /// this machine's programs. Default null: <c>postgres:17</c>, but only where no programs are found. Wins over <see cref="BinDirectory"/>.
    /// </summary>
    public string? Image { get; set; }

    /// <summary>The IPv4 address on which all nodes listen and under which they know each other. Default 127.0.0.1.</summary>
    public string ListenAddress { get; set; } = "127.0.0.1";

    /// <summary>The database of the application, owned by <see cref="PostgresCluster.Application"/>. Default <c>app</c>.</summary>
    public string ApplicationDatabase { get; set; } = "app";

    /// <summary>The longest that one start or stop of one node, and the first streaming of all standbys, may take. Default 60 s; must be positive.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Gives each node a network of its own, with local programs only. Default null: all are on this machine's.</summary>
    internal INodeNetwork? Network { get; set; }

    /// <summary>Environment variables of every server, of local ones only.</summary>
    internal IReadOnlyDictionary<string, string> ServerEnvironment { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A setting is out of its bounds; the message names all that are.</exception>
    internal static void Validate(PostgresClusterOptions options)
    {
        List<string> problems = [];
        if (options.Standbys is < 0 or > MaxServers)
            problems.Add($"{nameof(Standbys)} is {options.Standbys}; it must be from 0 to {MaxServers}.");
        if (options.Witnesses is < 0 or > MaxServers)
            problems.Add($"{nameof(Witnesses)} is {options.Witnesses}; it must be from 0 to {MaxServers}.");
        if (options.Standbys > 0 && (options.SynchronousStandbys < 0 || options.SynchronousStandbys > options.Standbys))
            problems.Add($"{nameof(SynchronousStandbys)} is {options.SynchronousStandbys}; it must be from 0 to {nameof(Standbys)}, {options.Standbys}.");
        if (options.StartTimeout <= TimeSpan.Zero)
            problems.Add($"{nameof(StartTimeout)} is {options.StartTimeout}; it must be positive.");
        if (string.IsNullOrWhiteSpace(options.ApplicationDatabase))
            problems.Add($"{nameof(ApplicationDatabase)} is empty.");
        if (!IPAddress.TryParse(options.ListenAddress, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetwork)
            problems.Add($"{nameof(ListenAddress)} is {options.ListenAddress}; it must be an IPv4 address.");
        if (problems.Count > 0)
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
    }
}

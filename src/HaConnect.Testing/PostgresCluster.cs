using System.Globalization;
using System.Text;
using HaConnect.Operations;
using HaConnect.Operations.Rejoining;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;
using Npgsql;

namespace HaConnect.Testing;

/// <summary>
/// Real PostgreSQL servers for a test: a primary, standbys that stream from it, and witnesses, on free ports of this machine, in a private temporary
/// folder. Dispose it, and nothing is left; nothing is left either when the test process dies, even by <c>kill -9</c>. Clusters in one or
/// in many processes do not disturb each other.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private readonly ClusterSetup _setup;

    internal PostgresCluster(ClusterSetup setup, IReadOnlyList<PostgresNode> nodes, IReadOnlyList<PostgresNode> witnesses) =>
        (_setup, Nodes, Witnesses) = (setup, nodes, witnesses);

    /// <summary>The data nodes: n1, the first primary, and its standbys n2, n3, …</summary>
    public IReadOnlyList<PostgresNode> Nodes { get; }

    /// <summary>w1, w2, …: servers outside replication.</summary>
    public IReadOnlyList<PostgresNode> Witnesses { get; }

    /// <summary>The major version of the servers.</summary>
    public int MajorVersion => _setup.Host.MajorVersion;

    /// <summary>The application's role: owner of its database; of the others it may only CONNECT.</summary>
    public PostgresCredentials Application => _setup.Application;

    /// <summary>The role for probing and failover, with the least privileges that these need (a superuser before PostgreSQL 15); at witnesses too.</summary>
    public PostgresCredentials Control => _setup.Control;

    /// <summary>The role as which standbys connect.</summary>
    public PostgresCredentials Replication => _setup.Replication;

    /// <summary>The superuser.</summary>
    public PostgresCredentials Superuser => _setup.Superuser;

    /// <summary>Npgsql's connection string of all data nodes, for the application's role and database.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = string.Join(',', Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}"))),
        Username = Application.User,
        Password = Application.Password,
        Database = _setup.Options.ApplicationDatabase,
        SslMode = SslMode.Prefer, // the servers have no certificates, wherever they are
    }.ConnectionString;

    /// <summary>A node by its name.</summary>
    /// <param name="name">n1, w1, …</param>
    /// <exception cref="KeyNotFoundException">There is no such node.</exception>
    public PostgresNode this[string name] =>
        Nodes.Concat(Witnesses).FirstOrDefault(node => string.Equals(node.Name, name, StringComparison.Ordinal))
        ?? throw new KeyNotFoundException($"There is no node {name}; there are {string.Join(", ", Nodes.Concat(Witnesses).Select(node => node.Name))}.");

    /// <summary>Brings up a cluster and waits until every standby streams.</summary>
    /// <param name="options">What kind; default: three nodes, one of the two standbys synchronous.</param>
    /// <param name="cancellationToken">Gives up and cleans up.</param>
    /// <returns>The running cluster; dispose it.</returns>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    /// <exception cref="PostgresClusterException">PostgreSQL was not found, or a server did not start; the message says what to do, or holds its log.</exception>
    /// <exception cref="TimeoutException">The standbys do not stream within <see cref="PostgresClusterOptions.StartTimeout"/>.</exception>
    public static Task<PostgresCluster> StartAsync(PostgresClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresClusterOptions();
        PostgresClusterOptions.Validate(options);
        return ClusterBuilder.StartAsync(options, cancellationToken);
    }

    /// <summary>Npgsql's connection string of one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="credentials">As whom; default <see cref="Application"/>.</param>
    /// <param name="database">To which database; default the application's for the application's user, else postgres.</param>
    public string NodeConnectionString(PostgresNode node, PostgresCredentials? credentials = null, string? database = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        credentials ??= Application;
        return new NpgsqlConnectionStringBuilder
        {
            Host = _setup.OwnWayTo(node),
            Port = node.Port,
            Username = credentials.User,
            Password = credentials.Password,
            Database = database ?? (string.Equals(credentials.User, Application.User, StringComparison.Ordinal) ? _setup.Options.ApplicationDatabase : "postgres"),
        }.ConnectionString;
    }

    /// <summary>Npgsql's connection string of the superuser in database postgres.</summary>
    /// <param name="node">The node.</param>
    public string SuperuserConnectionString(PostgresNode node) => NodeConnectionString(node, Superuser);

    /// <summary>Finds the data node out of recovery, and of several the one with the highest timeline, the first of equals. Nodes that are stopped, frozen or do not answer within 2 s are passed over.</summary>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="PostgresClusterException">There is none.</exception>
    public async Task<PostgresNode> GetPrimaryAsync(CancellationToken cancellationToken = default) =>
        (await ClusterState.ObserveAsync(_setup, Nodes, cancellationToken).ConfigureAwait(false)).Primary.Node;

    /// <summary>
    /// Waits until there is exactly one primary and every other data node that runs streams directly from it, on its timeline. Stopped and frozen nodes
    /// are left out.
    /// </summary>
    /// <param name="timeout">How long; default <see cref="PostgresClusterOptions.StartTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It did not come to that; the message says what stood against it.</exception>
    public Task WaitUntilStreamingAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Poll.UntilAsync("streaming of all standbys", async ct => (await ClusterState.ObserveAsync(_setup, Nodes, ct).ConfigureAwait(false)).StreamingProblem(),
            timeout ?? _setup.Options.StartTimeout, TimeSpan.FromMilliseconds(25), cancellationToken);

    /// <summary>
    /// Brings a node back as a standby of the established primary, as <see cref="Rejoin"/> does, and waits until it streams. Whatever only this node
    /// holds is given up, acked or not.
    /// </summary>
    /// <param name="node">A data node that is not the primary. A block of its replication ends.</param>
    /// <param name="cancellationToken">Gives up; the node may then be without a usable data folder: rejoin it again.</param>
    /// <returns>How it was done, and why so.</returns>
    /// <exception cref="ArgumentException">The node is no data node of this cluster.</exception>
    /// <exception cref="RejoinRefusedException">There is no primary but this node.</exception>
    /// <exception cref="InvalidOperationException">The base backup failed.</exception>
    /// <exception cref="TimeoutException">It does not stream within <see cref="PostgresClusterOptions.StartTimeout"/>.</exception>
    public Task<RejoinResult> RejoinAsync(PostgresNode node, CancellationToken cancellationToken = default) =>
        RejoinAsync(node, discards: true, cancellationToken);

    internal Task<RejoinResult> RejoinAsync(PostgresNode node, bool discards, CancellationToken cancellationToken) =>
        Nodes.Contains(node) ? new Rejoiner(RejoiningHost.Order(_setup, Nodes, node, discards), new RejoiningHost(_setup, node), TimeProvider.System).RunAsync(cancellationToken)
            : throw new ArgumentException("Only a data node of this cluster can rejoin it.", nameof(node));

    /// <summary>The state of every node and the last 100 lines of its log, for the output of a failed test.</summary>
    /// <param name="cancellationToken">Ends the description.</param>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken = default)
    {
        ClusterState state = await ClusterState.ObserveAsync(_setup, Nodes, cancellationToken).ConfigureAwait(false);
        StringBuilder text = new(state.ToString());
        foreach (PostgresNode node in Nodes.Concat(Witnesses))
            text.Append(CultureInfo.InvariantCulture, $"\n--- {node.Name}, port {node.Port}, the end of its log ---\n{await node.ReadLogAsync(100, cancellationToken).ConfigureAwait(false)}\n");
        return text.ToString();
    }

    /// <summary>Copies every node's log into a folder, as <c>n1.log</c>, …; the folder is made if need be.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public async Task SaveLogsAsync(string folder, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        foreach (PostgresNode node in Nodes.Concat(Witnesses))
            await File.WriteAllTextAsync(Path.Combine(folder, node.Name + ".log"), await node.ReadLogAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills all servers and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Concat(Witnesses).Select(node => node.EndAsync())).ConfigureAwait(false);
        await _setup.Host.DisposeAsync().ConfigureAwait(false);
        await _setup.Watchdog.DisposeAsync().ConfigureAwait(false);
    }
}

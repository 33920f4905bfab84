using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Operations.Rejoining;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>
/// Brings an old primary, or a standby that cannot follow any more, back as a standby of the present primary. Runs on the node's host, as the
/// user that owns its data folder. It can be repeated after an interruption at any point.
/// </summary>
public static class Rejoin
{
    /// <summary>
    /// Stops the node if it runs; decides between a plain start, <c>pg_rewind</c> and a new base backup, and says why; keeps the node's own
    /// configuration files and its record of promises; starts it and waits until it streams. The folder that a base backup replaces is kept
    /// as <c>(data folder).haconnect-old</c> until then.
    /// </summary>
    /// <param name="cluster">The cluster as the applications are configured: its nodes, and how standbys connect (<see cref="FailoverOptions.Replication"/>).</param>
    /// <param name="options">The node, its folder, and with which rights.</param>
    /// <param name="cancellationToken">Ends it; repeat it then.</param>
    /// <returns>How it was done, and why so.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its bounds; the message names it.</exception>
    /// <exception cref="RejoinRefusedException">
    /// There is no established primary to follow, the folder belongs to another cluster, or acked writes could be lost that only this node holds.
    /// </exception>
    /// <exception cref="NpgsqlException">The primary was lost meanwhile.</exception>
    /// <exception cref="InvalidOperationException">A program failed; the message has its output.</exception>
    /// <exception cref="TimeoutException">It does not stream within <see cref="RejoinOptions.StreamTimeout"/> after a base backup; its former data is kept.</exception>
    public static Task<RejoinResult> RunAsync(HaDatabaseOptions cluster, RejoinOptions options, CancellationToken cancellationToken = default) => RunAsync(cluster, options, null, cancellationToken);

    /// <summary>
    /// Makes a new standby in a folder that is missing or empty: by a base backup of the primary, with files of the node's own in the place of those
    /// that come from there, and its own <c>primary_conninfo</c>; starts it and waits until it streams. Apart from the folder it does and refuses what
    /// <see cref="RunAsync(HaDatabaseOptions, RejoinOptions, CancellationToken)"/> does.
    /// </summary>
    /// <param name="cluster">The cluster as the applications are configured, with the new node among its nodes.</param>
    /// <param name="options">The node, its folder, and with which rights.</param>
    /// <param name="ownFiles">
    /// The full paths of files of the node's own, for instance the <c>postgresql.conf</c> that it is to have: each goes into the data folder under its name,
    /// with mode 0600. With none its port is set, in <c>postgresql.auto.conf</c>, and all else is as at the primary.
    /// </param>
    /// <param name="cancellationToken">Ends it; repeat it then, where it was not started yet.</param>
    /// <returns>Whom it follows.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its bounds; the message names it.</exception>
    /// <exception cref="RejoinRefusedException">The folder is not empty, or there is no established primary to follow.</exception>
    /// <exception cref="IOException">A file of the node's own cannot be read.</exception>
    /// <exception cref="NpgsqlException">The primary was lost meanwhile.</exception>
    /// <exception cref="InvalidOperationException">A program failed; the message has its output.</exception>
    /// <exception cref="TimeoutException">It does not stream within <see cref="RejoinOptions.StreamTimeout"/>.</exception>
    public static Task<RejoinResult> InitializeStandbyAsync(HaDatabaseOptions cluster, RejoinOptions options, IReadOnlyList<string> ownFiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ownFiles);
        if (ownFiles.FirstOrDefault(f => Path.GetFileName(f) is "" or "postgresql.auto.conf" or "PG_VERSION" or "standby.signal") is { } not)
            throw new ArgumentException($"'{not}' cannot be a file of the node's own: name a file of configuration, a certificate or a key.", nameof(ownFiles));
        if (ownFiles.GroupBy(Path.GetFileName, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{string.Join(" and ", twice)} have one name, {twice.Key}, and go into one folder.", nameof(ownFiles));
        return RunAsync(cluster, options, ownFiles, cancellationToken);
    }

    private static async Task<RejoinResult> RunAsync(HaDatabaseOptions cluster, RejoinOptions options, IReadOnlyList<string>? ownFiles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        var nodes = ConfiguredNode.DataNodesOf(cluster);
        Require(nodes.Any(n => n.Name == options.Node), nameof(options.Node), options.Node, $"name one of the configured nodes, {string.Join(", ", nodes.Select(n => n.Name))}");
        Require(Path.IsPathRooted(options.DataDirectory), nameof(options.DataDirectory), options.DataDirectory, "give the full path of the node's data folder on this host");
        Require(options.Username.Length > 0, nameof(options.Username), options.Username, "name a superuser of the primary, or a role with the rights of pg_rewind");
        if (cluster.Failover.Replication.Username is not { Length: > 0 })
            throw new ArgumentException("Failover.Replication.Username is empty: name the user by which standbys connect.", nameof(cluster));
        Require(options.ConfigFile is null || Path.IsPathRooted(options.ConfigFile), nameof(options.ConfigFile), options.ConfigFile, "give the full path of the server's postgresql.conf on this host");
        Require(options.StreamTimeout >= TimeSpan.FromSeconds(1) && options.StreamTimeout <= TimeSpan.FromHours(1), nameof(options.StreamTimeout), options.StreamTimeout.ToString(), "give 1 s to 1 h");
        var replication = cluster.Failover.Replication;
        var (conninfo, self) = (new ConninfoBuilder(replication, nodes, cluster.Failover.ControlDatabase), nodes.First(n => n.Name == options.Node));
        var folder = Path.TrimEndingDirectorySeparator(options.DataDirectory);
        var configFile = options.ConfigFile ?? ConfigFileOf(folder);
        var sql = new NpgsqlConnectionStringBuilder { Username = options.Username, Password = options.Password, Database = cluster.Failover.ControlDatabase, Pooling = false, Timeout = 5, ApplicationName = "haconnect-rejoin" };
        if (options.Password is null)
            sql.Passfile = replication.PassFile;
        Protect(sql, cluster.ConnectionString, nodes);
        if (replication.SslMode is { } mode && Enum.TryParse<SslMode>(mode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var sslMode))
            sql.SslMode = sslMode;
        var order = new RejoinOrder
        {
            Node = options.Node,
            DataDirectory = folder,
            ConfigFile = configFile,
            Self = new NodeAddress(self.Name, self.Host, self.Port, self.Host),
            Others = [.. nodes.Where(n => n.Name != options.Node).Select(n => new NodeAddress(n.Name, n.Host, n.Port, n.Host))],
            Sql = sql,
            ReplicationUsername = replication.Username!,
            ReplicationPassword = replication.Password,
            PassFile = replication.PassFile,
            SslMode = replication.SslMode,
            Conninfo = primary => conninfo.Build(options.Node, primary),
            OwnFilesOfNewNode = ownFiles?.ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal),
            DiscardAckedWritesOf = options.DiscardAckedWritesOf,
            StreamTimeout = options.StreamTimeout,
            Progress = options.Progress,
        };
        return await new Rejoiner(order, new PgCtlHost(options, configFile), TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As the application's connections are protected.</summary>
    private static void Protect(NpgsqlConnectionStringBuilder sql, string? connectionString, IReadOnlyList<ConfiguredNode> nodes)
    {
        var applications = new NpgsqlConnectionStringBuilder(connectionString) { Host = string.Join(',', nodes.Select(n => ConfiguredNode.NameOf(n.Host, n.Port))) };
        TransportDefaults.Apply(applications, connectionString);
        (sql.SslMode, sql.RootCertificate) = (applications.SslMode, applications.RootCertificate);
        (sql.SslCertificate, sql.SslKey) = (applications.SslCertificate, applications.SslKey);
    }

    /// <summary>The folder is gone where a base backup was interrupted at the wrong moment; then the one that it replaces says it.</summary>
    private static string? ConfigFileOf(string folder)
    {
        var file = DataFolder.ConfigFileOfLastStart(folder) ?? DataFolder.ConfigFileOfLastStart(folder + FolderSwap.Old);
        return file is not null && File.Exists(file) && Path.GetDirectoryName(file) != folder ? file : null;
    }

    private static void Require(bool holds, string option, string? value, string remedy)
    {
        if (!holds)
            throw new ArgumentException($"RejoinOptions.{option} is '{value}': {remedy}.", nameof(option));
    }
}

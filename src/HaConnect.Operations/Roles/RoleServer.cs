using HaConnect.Connections;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations.Roles;

/// <summary>The server at which roles are made.</summary>
/// <param name="Name">The node's or the witness's name.</param>
/// <param name="Settings">How to get there.</param>
/// <param name="Major">Its major version.</param>
internal sealed record RoleServer(string Name, NpgsqlConnectionStringBuilder Settings, int Major)
{
    private const string Look = """
        SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('synchronous_standby_names') LIKE '%haconnect\_fenc%', pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000
        """;

    /// <summary>The one node that is the primary, or the witness.</summary>
    /// <exception cref="InvalidOperationException">There is none, or more than one; the message says what each node is.</exception>
    internal static async Task<RoleServer> FindAsync(HaDatabaseOptions cluster, InitRolesOptions options, CancellationToken cancellationToken)
    {
        var all = await LookAsync(cluster, options, cancellationToken).ConfigureAwait(false);
        return all.Where(s => s.IsPrimary).ToList() is [var primary]
            ? new RoleServer(primary.Name, primary.Settings, primary.Major)
            : throw new InvalidOperationException($"Roles are made at the {(options.Witness is null ? "primary" : "witness")}, and there is {(all.Any(s => s.IsPrimary) ? "more than one node that could be it; name the right one alone (--connection \"Host=…\")" : "none in sight")}: {string.Join("; ", all.Select(s => $"{s.Name} {s.What}"))}. Nothing was changed.");
    }

    /// <summary>The major version of whichever node answers first in the order of the settings; null where none does.</summary>
    internal static async Task<int?> MajorAsync(HaDatabaseOptions cluster, InitRolesOptions options, CancellationToken cancellationToken)
    {
        var all = await LookAsync(cluster, options, cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(s => s.Major > 0)?.Major;
    }

    internal NpgsqlConnection Connection(string database) => new(new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Database = database }.ConnectionString);

    /// <summary>The servers that it may be: the cluster's nodes, or the witness alone.</summary>
    /// <exception cref="ArgumentException">There is no such witness.</exception>
    internal static IReadOnlyList<ConfiguredNode> NodesOf(HaDatabaseOptions cluster, InitRolesOptions options) =>
        options.Witness is { } witness ? [WitnessOf(cluster, witness)] : ConfiguredNode.DataNodesOf(cluster);

    private static ConfiguredNode WitnessOf(HaDatabaseOptions cluster, string name)
    {
        if (ConfiguredNode.WitnessesOf(cluster).FirstOrDefault(w => w.Name == name) is { } configured)
            return configured;
        return ConfiguredNode.WitnessesOf(cluster).Count == 0 && HostList.Parse(name, 5432) is [var (host, port)]
            ? new ConfiguredNode(name, host, port, 0)
            : throw new ArgumentException($"InitRolesOptions.{nameof(InitRolesOptions.Witness)} is '{name}': {(ConfiguredNode.WitnessesOf(cluster) is { Count: > 0 } known ? $"name one of the configured ones, {string.Join(", ", known.Select(w => w.Name))}" : "give it as host:port")}.", nameof(name));
    }

    private static Task<Seen[]> LookAsync(HaDatabaseOptions cluster, InitRolesOptions options, CancellationToken cancellationToken) =>
        Task.WhenAll(NodesOf(cluster, options).Select(n => LookAsync(cluster, options, n, cancellationToken)));

    private static async Task<Seen> LookAsync(HaDatabaseOptions cluster, InitRolesOptions options, ConfiguredNode node, CancellationToken cancellationToken)
    {
        var settings = SettingsFor(cluster, options, node);
        try
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            await using var _ = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(Look, connection) { CommandTimeout = settings.Timeout };
            await using var __ = command.ConfigureAwait(false);
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ___ = row.ConfigureAwait(false);
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            var (inRecovery, isFenced) = (row.GetBoolean(0), row.GetBoolean(1));
            return new Seen(node.Name, settings, !inRecovery && !isFenced, row.GetInt32(2), inRecovery ? "is a standby" : isFenced ? "is fenced" : "is out of recovery");
        }
        catch (NpgsqlException e)
        {
            return new Seen(node.Name, settings, IsPrimary: false, 0, $"does not answer ({e.Message})");
        }
    }

    /// <summary>The application's way there, with other rights. Names without a schema are PostgreSQL's own, whatever the database says.</summary>
    private static NpgsqlConnectionStringBuilder SettingsFor(HaDatabaseOptions cluster, InitRolesOptions options, ConfiguredNode node)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionString)
        {
            Host = node.Host,
            Port = node.Port,
            Database = options.ControlDatabase,
            Pooling = false,
            SearchPath = "pg_catalog",
            ApplicationName = "haconnect-init-roles",
            Timeout = (int)Math.Ceiling(options.LookTimeout.TotalSeconds),
        };
        TransportDefaults.Apply(settings, cluster.ConnectionString);
        if (options.Username is { } user && user != settings.Username)
            (settings.Username, settings.Password) = (user, null);
        if (options.PassFile is not null)
            settings.Passfile = options.PassFile;
        return settings;
    }

    private sealed record Seen(string Name, NpgsqlConnectionStringBuilder Settings, bool IsPrimary, int Major, string What);
}

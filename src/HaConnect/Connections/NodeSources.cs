using System.Data.Common;
using System.Globalization;
using HaConnect.Options;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// Builds the Npgsql data sources: the application's own per node, and those of the library's own sessions (probes, lock sessions, cancellations).
/// </summary>
internal sealed class NodeSources(HaDatabaseOptions options, Action<NpgsqlDataSourceBuilder>? configure, Func<Node, ClusterSnapshot> currentSnapshot)
{
    internal const string ProbeApplication = "haconnect-probe";
    internal const string CoordinatorApplication = "haconnect-coordinator";
    internal const string OperatorApplication = "haconnect-operator";
    internal const string CancelApplication = "haconnect-cancel";
    internal const string DoctorApplication = "haconnect-doctor";
    internal const string MetricsApplication = "haconnect-metrics";
    internal const string HistoryApplication = "haconnect-history";
    internal const string ListenApplication = "haconnect-listen";
    internal const int OwnConnectSeconds = 3;

    /// <summary>The application's connections to a node.</summary>
    internal NpgsqlDataSource ForApplication(Node node)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.Host = node.Host;
        settings.Port = node.Port;
        TransportDefaults.Apply(settings, options.ConnectionString);
        if (!SetsCancellationTimeout(options.ConnectionString))
        {
            // A cancelled wait for a synchronous standby would come back as a success; see docs/concepts/commits.md.
            settings.CancellationTimeout = -1;
        }

        builder.Name = node.Name;
        CheckCertificateOf(builder, node.CertificateHost);
        configure?.Invoke(builder);
        var check = new ServerProcessCheck(node, () => currentSnapshot(node));
        builder.UsePhysicalConnectionInitializer(check.Run, check.RunAsync);
        return builder.Build();
    }

    /// <summary>Npgsql's own data source over all configured nodes, for libraries that insist on one.</summary>
    internal NpgsqlMultiHostDataSource ForCompatibility(Compatibility.PrimaryCheck check)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        builder.ConnectionStringBuilder.Host = string.Join(',', ConfiguredNode.DataNodesOf(options).Select(n => ConfiguredNode.NameOf(n.Host, n.Port)));
        if (!SetsCancellationTimeout(options.ConnectionString))
            builder.ConnectionStringBuilder.CancellationTimeout = -1; // as above
        TransportDefaults.Apply(builder.ConnectionStringBuilder, options.ConnectionString);
        configure?.Invoke(builder);
        builder.UsePhysicalConnectionInitializer(check.Run, check.RunAsync);
        return builder.BuildMultiHost();
    }

    /// <summary>Sessions of the application's own role that listen.</summary>
    internal NpgsqlDataSource ForListening(Node node) => Build(OwnBuilder(node.Host, node.Port, ListenApplication, "-c default_transaction_read_only=on", node.CertificateHost));

    /// <summary>Read-only sessions that run probe statements and nothing else.</summary>
    internal NpgsqlDataSource ForProbe(string host, int port, string? database, string? certificateHost = null) =>
        Own(host, port, ProbeApplication, database ?? options.Failover.ControlDatabase, "-c default_transaction_read_only=on -c statement_timeout=5000", certificateHost);

    /// <summary>
    /// Sessions that hold a server's advisory lock. The server ends them when they are not renewed (the lease) or when the
    /// client's host vanishes; they never wait for a synchronous standby.
    /// </summary>
    internal NpgsqlDataSource ForCoordinator(string host, int port, bool isLeased)
    {
        var lease = isLeased
            ? $" -c client_connection_check_interval=500 -c idle_session_timeout={options.Failover.LeaseDuration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)}"
            : ""; // before PostgreSQL 14
        return Own(host, port, CoordinatorApplication, options.Failover.ControlDatabase,
            $"-c default_transaction_read_only=off -c synchronous_commit=local -c statement_timeout=2000 -c lock_timeout=1000 " +
            $"-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000{lease}");
    }

    /// <summary>Sessions that write the requests of an operator; they do not wait for a synchronous standby.</summary>
    internal NpgsqlDataSource ForOperator(string host, int port, string? certificateHost = null) =>
        Own(host, port, OperatorApplication, options.Failover.ControlDatabase, "-c default_transaction_read_only=off -c synchronous_commit=local -c statement_timeout=5000", certificateHost);

    /// <summary>
    /// Sessions that look at one of the application's own and cancel its statement: by its own role, which may do both without any grant.
    /// </summary>
    internal NpgsqlDataSource ForCancelling(Node node) =>
        Build(OwnBuilder(node.Host, node.Port, CancelApplication, "-c default_transaction_read_only=on -c statement_timeout=2000", node.CertificateHost));

    /// <summary>Read-only sessions that look at a server once. An application's user without a control user need not get into the control database.</summary>
    internal NpgsqlDataSource ForDoctor(string host, int port) => ForLooking(host, port, DoctorApplication);

    /// <summary>Read-only sessions that read a server's figures, again and again.</summary>
    internal NpgsqlDataSource ForMetrics(string host, int port, string? certificateHost) => ForLooking(host, port, MetricsApplication, certificateHost);

    private NpgsqlDataSource ForLooking(string host, int port, string application, string? certificateHost = null)
    {
        var own = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        var database = options.Failover is { Mode: FailoverMode.Observe, ControlUsername: null } ? own.Database ?? own.Username! : options.Failover.ControlDatabase;
        return Own(host, port, application, database, "-c default_transaction_read_only=on -c statement_timeout=5000", certificateHost);
    }

    /// <summary>Read-only sessions that ask the primary of its terms, for a causal token of an earlier one.</summary>
    internal NpgsqlDataSource ForHistory(Node node) =>
        Own(node.Host, node.Port, HistoryApplication, options.Failover.ControlDatabase, "-c default_transaction_read_only=on -c statement_timeout=5000", node.CertificateHost);

    private NpgsqlDataSource Own(string host, int port, string application, string database, string serverOptions, string? certificateHost = null)
    {
        var builder = OwnBuilder(host, port, application, serverOptions, certificateHost);
        builder.ConnectionStringBuilder.Database = database;
        if (options.Failover.ControlUsername is { } user)
        {
            builder.ConnectionStringBuilder.Username = user;
            builder.ConnectionStringBuilder.Password = options.Failover.ControlPassword;
        }

        return Build(builder);
    }

    private NpgsqlDataSourceBuilder OwnBuilder(string host, int port, string application, string serverOptions, string? certificateHost)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.Host = host;
        settings.Port = port;
        TransportDefaults.Apply(settings, options.ConnectionString);
        settings.ApplicationName = application;
        settings.Options = serverOptions;
        settings.Pooling = false;
        settings.Enlist = false;
        settings.Timeout = OwnConnectSeconds;
        settings.CommandTimeout = 0; // deadlines act from outside, see OwnSession
        settings.CancellationTimeout = -1;
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = 5;
        settings.TcpKeepAliveInterval = 1;
        settings.MaxAutoPrepare = 8;
        settings.AutoPrepareMinUsages = 2;
        builder.Name = $"{application}-{host}:{port.ToString(CultureInfo.InvariantCulture)}";
        CheckCertificateOf(builder, certificateHost);
        return builder;
    }

    private NpgsqlDataSource Build(NpgsqlDataSourceBuilder builder)
    {
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        configure?.Invoke(builder);
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false).EnablePhysicalOpenTracing(false));
        return builder.Build();
    }

    /// <summary>A node that was found as an address has a certificate of its name.</summary>
    private static void CheckCertificateOf(NpgsqlDataSourceBuilder builder, string? certificateHost)
    {
        if (certificateHost is not null)
            builder.UseSslClientAuthenticationOptionsCallback(tls => tls.TargetHost = certificateHost);
    }

    private static bool SetsCancellationTimeout(string? connectionString)
    {
        var raw = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return raw.ContainsKey("Cancellation Timeout") || raw.ContainsKey("CancellationTimeout");
    }
}

using HaConnect.Connections;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>One server of the cluster that a drill is made of, and how it is reached past HaConnect.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Application">The application's connection string, to this server alone.</param>
/// <param name="Control">That of who may see the state of replication.</param>
internal sealed record DrillServer(string Name, string Host, int Port, string Application, string Control)
{
    private const string OwnName = "haconnect-drill";

    internal static IReadOnlyList<DrillServer> AllOf(HaDatabaseOptions options) => [.. ConfiguredNode.DataNodesOf(options).Select(n => Of(options, n))];

    private static DrillServer Of(HaDatabaseOptions options, ConfiguredNode node)
    {
        var application = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            Host = node.Host,
            Port = node.Port,
            Pooling = false,
            ApplicationName = OwnName,
            Timeout = 5,
            CommandTimeout = 120,
            PersistSecurityInfo = true,
        };
        TransportDefaults.Apply(application, options.ConnectionString);
        var control = new NpgsqlConnectionStringBuilder(application.ConnectionString) { Database = options.Failover.ControlDatabase };
        if (options.Failover.ControlUsername is { } user)
            (control.Username, control.Password) = (user, options.Failover.ControlPassword);
        return new DrillServer(node.Name, node.Host, node.Port, application.ConnectionString, control.ConnectionString);
    }
}

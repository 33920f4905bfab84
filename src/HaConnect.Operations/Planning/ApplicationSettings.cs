using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations.Planning;

/// <summary>The settings of the applications: the section HaDatabase of appsettings.json, and the same as options. Without passwords, which are in a file. Pure.</summary>
internal static class ApplicationSettings
{
    private const string VerifyFull = "verify-full";

    internal static HaDatabaseOptions OptionsOf(PlanDescription plan)
    {
        var options = new HaDatabaseOptions { ConnectionString = ConnectionOf(plan), ClusterName = plan.Cluster };
        foreach (var node in plan.Nodes)
            options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port, Zone = node.Place, Synchronous = node.Synchronous });
        CopyFailover(plan, options.Failover);
        return options;
    }

    internal static FailoverOptions FailoverOf(PlanDescription plan) => OptionsOf(plan).Failover;

    internal static string Json(PlanDescription plan)
    {
        var options = OptionsOf(plan);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartObject("HaDatabase");
            json.WriteString("ConnectionString", options.ConnectionString);
            json.WriteString("ClusterName", options.ClusterName);
            json.WriteStartArray("Nodes");
            foreach (var node in options.Nodes)
                WriteNode(json, node);
            json.WriteEndArray();
            WriteFailover(json, options.Failover);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string ConnectionOf(PlanDescription plan)
    {
        var connection = new NpgsqlConnectionStringBuilder { Username = plan.Roles.Application, Database = plan.Database, Passfile = plan.ApplicationPassFile };
        if (plan.UsesTls)
            (connection.SslMode, connection.RootCertificate) = (SslMode.VerifyFull, plan.InDirectory("root.crt"));
        else if (!plan.Nodes.Concat(plan.Witnesses).All(n => HostList.IsLocal(n.Host)))
            connection.SslMode = SslMode.Disable; // said, since certificates are checked away from loopback
        return connection.ConnectionString;
    }

    private static void CopyFailover(PlanDescription plan, FailoverOptions failover)
    {
        failover.Mode = FailoverMode.Coordinate;
        failover.ControlUsername = plan.Roles.Control;
        failover.RequiredSynchronousStandbys = plan.Required;
        failover.DegradeAfter = plan.DegradeAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        foreach (var witness in plan.Witnesses)
            failover.Witnesses.Add(new WitnessOptions { Name = witness.Name, Host = witness.Host, Port = witness.Port });
        failover.Replication.Username = plan.Roles.Replication;
        failover.Replication.PassFile = plan.ServersPassFile;
        failover.Replication.SslMode = plan.UsesTls ? VerifyFull : null;
        failover.Replication.KeepSlots = plan.KeepSlots;
    }

    private static void WriteNode(Utf8JsonWriter json, HaNodeOptions node)
    {
        json.WriteStartObject();
        json.WriteString("Name", node.Name);
        json.WriteString("Host", node.Host);
        json.WriteNumber("Port", node.Port);
        if (node.Zone is not null)
            json.WriteString("Zone", node.Zone);
        if (!node.Synchronous)
            json.WriteBoolean("Synchronous", false);
        json.WriteEndObject();
    }

    private static void WriteFailover(Utf8JsonWriter json, FailoverOptions failover)
    {
        json.WriteStartObject("Failover");
        json.WriteString("Mode", nameof(FailoverMode.Coordinate));
        json.WriteString("ControlUsername", failover.ControlUsername);
        json.WriteNumber("RequiredSynchronousStandbys", failover.RequiredSynchronousStandbys);
        if (failover.DegradeAfter is { } after)
            json.WriteString("DegradeAfter", after.ToString("c", CultureInfo.InvariantCulture));
        if (failover.Witnesses.Count > 0)
        {
            json.WriteStartArray("Witnesses");
            foreach (var witness in failover.Witnesses)
                WriteNode(json, new HaNodeOptions { Name = witness.Name, Host = witness.Host, Port = witness.Port });
            json.WriteEndArray();
        }

        json.WriteStartObject("Replication");
        json.WriteString("Username", failover.Replication.Username);
        json.WriteString("PassFile", failover.Replication.PassFile);
        if (failover.Replication.SslMode is { } mode)
            json.WriteString("SslMode", mode);
        if (failover.Replication.KeepSlots)
            json.WriteBoolean("KeepSlots", true);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

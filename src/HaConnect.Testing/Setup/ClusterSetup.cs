using System.Security.Cryptography;
using HaConnect.Operations.Processes;
using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>What all nodes of one cluster share. Nodes hold it, and with it the watchdog: it must not be collected while one is in use.</summary>
internal sealed record ClusterSetup(PostgresClusterOptions Options, IPostgresHost Host, UnixUser User, string Folder, Watchdog Watchdog)
{
    public PostgresCredentials Superuser { get; } = new("postgres", NewPassword());
    public PostgresCredentials Application { get; } = new("app", NewPassword());
    public PostgresCredentials Control { get; } = new("haconnect_control", NewPassword());
    public PostgresCredentials Replication { get; } = new("replicator", NewPassword());

    /// <summary>The address under which clients and the other nodes reach a node.</summary>
    public string AddressOf(string node) => Options.Network?.AddressOf(node) ?? Options.ListenAddress;

    /// <summary>Where this process, and the tools that it runs, reach a node: where that has a network of its own, by its Unix socket.</summary>
    public string OwnWayTo(PostgresNode node) => Options.Network is null ? node.Host : Folder;

    private static string NewPassword() => RandomNumberGenerator.GetHexString(24, lowercase: true);
}

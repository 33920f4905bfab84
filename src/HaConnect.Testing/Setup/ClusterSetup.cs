using System.Security.Cryptography;
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

    private static string NewPassword() => RandomNumberGenerator.GetHexString(24, lowercase: true);
}

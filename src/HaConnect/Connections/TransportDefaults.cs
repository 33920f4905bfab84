using System.Data.Common;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// How a connection is protected where the connection string does not say: away from loopback it is encrypted, and the server's certificate and its name are
/// checked (<c>SSL Mode=VerifyFull</c>). Npgsql's own default encrypts where the server offers it and checks nothing.
/// </summary>
internal static class TransportDefaults
{
    internal static void Apply(NpgsqlConnectionStringBuilder settings, string? connectionString)
    {
        if (!Says(connectionString) && !HostList.Parse(settings.Host, 5432).All(h => HostList.IsLocal(h.Host)))
            settings.SslMode = SslMode.VerifyFull;
    }

    /// <summary>Whether the application has chosen by itself.</summary>
    internal static bool Says(string? connectionString)
    {
        var raw = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return raw.ContainsKey("SSL Mode") || raw.ContainsKey("SslMode");
    }
}

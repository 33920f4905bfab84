using HaConnect.Testing;

namespace HaConnect.ClusterTests.Connections;

/// <summary>What an application has open, counted on the servers.</summary>
internal static class ServerSessions
{
    internal const string Name = "of-the-application";

    internal static HaDatabaseOptions Options(PostgresCluster cluster, string further = "")
    {
        var options = ClusterOptions.Observe(cluster);
        options.ConnectionString += $";Application Name={Name}{further}";
        return options;
    }

    /// <summary>Its own connections and those of the library, but for sessions of the tests.</summary>
    internal static Task<long> CountAsync(PostgresNode node, bool withProbes = true) => node.ScalarAsync<long>(
        $"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Name}'{(withProbes ? " OR (application_name LIKE 'haconnect-%' AND application_name <> 'haconnect-testing')" : "")}", TestContext.Current.CancellationToken);
}

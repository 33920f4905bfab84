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

    private const string Everything = $"application_name = '{Name}' OR (application_name LIKE 'haconnect-%' AND application_name <> 'haconnect-testing')";

    /// <summary>Its own connections and those of the library, but for sessions of the tests.</summary>
    internal static Task<long> CountAsync(PostgresNode node, bool withProbes = true) => node.ScalarAsync<long>(
        $"SELECT count(*) FROM pg_stat_activity WHERE {(withProbes ? Everything : $"application_name = '{Name}'")}", TestContext.Current.CancellationToken);

    /// <summary>The same, each with what it does; empty for none.</summary>
    internal static async Task<string> ListAsync(PostgresNode node) => (await node.ScalarAsync<string>(
        $"SELECT coalesce(string_agg(format('%s %s since %s: %s', application_name, state, state_change, query), '; '), '') FROM pg_stat_activity WHERE {Everything}", TestContext.Current.CancellationToken))!;
}

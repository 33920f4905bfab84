using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>Every row of every table that a server holds, system catalogs and all databases included, read past HaConnect.</summary>
internal static class NodeContents
{
    private const string Databases = "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn ORDER BY datname";

    private const string Tables = """
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' ORDER BY 1
        """;

    // An index would hide a row that is there twice; one snapshot for all tables.
    private const string Prepare = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

    /// <summary>What the primary has flushed, what a standby has replayed: the ends of records both, so that they can be equal.</summary>
    private const string Position = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END::text";

    /// <summary>Reads all nodes while all are at one position, which nobody leaves meanwhile: autovacuum and checkpoints can write at any time.</summary>
    internal static async Task<(string Position, IReadOnlyDictionary<string, SortedDictionary<string, string[]>> ByNode)> ReadAtOnePositionAsync(PostgresCluster cluster)
    {
        string position = "";
        Dictionary<string, SortedDictionary<string, string[]>> contents = new(StringComparer.Ordinal);
        await FailoverLab.UntilAsync("one position at which all nodes stay while they are read", async () =>
        {
            var before = await PositionsAsync(cluster);
            if (before.Distinct(StringComparer.Ordinal).Count() > 1)
                return false;
            foreach (var node in cluster.Nodes)
                contents[node.Name] = await ReadAsync(cluster, node);
            position = before[0];
            return (await PositionsAsync(cluster)).All(p => p == position);
        }, TimeSpan.FromSeconds(120));
        return (position, contents);
    }

    private static Task<string[]> PositionsAsync(PostgresCluster cluster) =>
        Task.WhenAll(cluster.Nodes.Select(async n => (await n.ScalarAsync<string>(Position, TestContext.Current.CancellationToken))!));

    private static async Task<SortedDictionary<string, string[]>> ReadAsync(PostgresCluster cluster, PostgresNode node)
    {
        SortedDictionary<string, string[]> contents = new(StringComparer.Ordinal);
        foreach (var database in await ReadAsync(cluster, node, "postgres", Databases))
        {
            await using var connection = await OpenAsync(cluster, node, database);
            await using (var prepare = new NpgsqlCommand(Prepare, connection))
                await prepare.ExecuteNonQueryAsync();
            foreach (var table in await ReadAsync(connection, Tables))
                contents.Add($"{database}: {table}", await ReadAsync(connection, $"SELECT r::text FROM {table} r ORDER BY 1"));
        }

        return contents;
    }

    private static async Task<string[]> ReadAsync(PostgresCluster cluster, PostgresNode node, string database, string sql)
    {
        await using var connection = await OpenAsync(cluster, node, database);
        return await ReadAsync(connection, sql);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresCluster cluster, PostgresNode node, string database)
    {
        var connection = new NpgsqlConnection(cluster.NodeConnectionString(node, cluster.Superuser, database) + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task<string[]> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await row.ReadAsync())
            rows.Add(row.GetString(0));
        return [.. rows];
    }
}

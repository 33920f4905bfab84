using FailoverDemo.Workload;
using HaConnect.Testing;
using Npgsql;

namespace FailoverDemo.Servers;

/// <summary>What one server holds, read over a plain connection of Npgsql, past HaConnect.</summary>
/// <param name="Node">The server.</param>
/// <param name="Rows">The key of every row, also of one that is there twice.</param>
/// <param name="IsStandby">Whether it is in recovery.</param>
/// <param name="Timeline">The timeline that it writes, or receives.</param>
internal sealed record ServerRead(PostgresNode Node, IReadOnlyList<WriteKey> Rows, bool IsStandby, int? Timeline)
{
    // The name of a WAL file begins with its timeline; pg_control_checkpoint() would lag behind a promotion.
    private const string State = """
        SELECT pg_catalog.pg_is_in_recovery(),
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver)
                    ELSE ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END
        """;

    private const string HasTable = "SELECT pg_catalog.to_regclass('writes') IS NOT NULL";

    // An index would hide a row that is there twice.
    private const string Everything = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; SELECT writer, seq FROM writes";

    public static async Task<ServerRead> OfAsync(PostgresCluster cluster, PostgresNode node, CancellationToken cancellationToken)
    {
        var (isStandby, timeline) = await StateAsync(cluster, node, cancellationToken);
        await using var connection = await OpenAsync(cluster.NodeConnectionString(node), cancellationToken);
        await using var command = new NpgsqlCommand(Everything, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<WriteKey>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new WriteKey(reader.GetInt32(0), reader.GetInt32(1)));
        return new ServerRead(node, rows, isStandby, timeline);
    }

    public static async Task<(bool IsStandby, int? Timeline)> StateAsync(PostgresCluster cluster, PostgresNode node, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cluster.SuperuserConnectionString(node), cancellationToken);
        await using var command = new NpgsqlCommand(State, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetBoolean(0), row.IsDBNull(1) ? null : row.GetInt32(1));
    }

    public static async Task<bool> HasTableAsync(PostgresCluster cluster, PostgresNode node, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cluster.NodeConnectionString(node), cancellationToken);
        await using var command = new NpgsqlCommand(HasTable, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task ExecuteAsync(PostgresCluster cluster, PostgresNode node, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cluster.NodeConnectionString(node), cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "failover-demo-read" }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

using HaConnect.Histories;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>Reads all that a server holds, past HaConnect.</summary>
internal static class FinalReader
{
    private const string Timeline = """
        SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver)
                    ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::bit(32)::int END
        """;

    // An index would hide a row that is there twice; one snapshot for the rows and the balances.
    private const string Prepare = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    private const string Rows = "SELECT client, op, count(*) FROM writes GROUP BY client, op ORDER BY client, op";
    private const string Balances = "SELECT id, balance FROM accounts";

    internal static async Task<FinalRead> ReadAsync(PostgresCluster cluster, PostgresNode node, FinalRole role)
    {
        var timeline = await node.ScalarAsync<int?>(Timeline);
        var at = HistoryRecorder.Now;
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(node) + ";Pooling=false");
        await connection.OpenAsync();
        await using (var prepare = new NpgsqlCommand(Prepare, connection))
            await prepare.ExecuteNonQueryAsync();
        var rows = new List<(string Client, long Op, long Count)>();
        await using (var command = new NpgsqlCommand(Rows, connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                rows.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        var balances = new Dictionary<int, long>();
        await using (var command = new NpgsqlCommand(Balances, connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                balances.Add(reader.GetInt32(0), reader.GetInt64(1));
        }

        return new FinalRead
        {
            At = at,
            Node = node.Name,
            Role = role,
            Timeline = timeline,
            Balances = balances,
            Rows = rows.GroupBy(r => r.Client, StringComparer.Ordinal).ToDictionary(g => g.Key, g => RowRanges.Format(g.Select(r => r.Op)), StringComparer.Ordinal),
            Twice = [.. rows.Where(r => r.Count > 1).Select(r => $"{r.Client}/{r.Op}")],
        };
    }
}

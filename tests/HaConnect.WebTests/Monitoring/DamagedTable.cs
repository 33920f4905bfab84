using System.Text;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.WebTests.Monitoring;

/// <summary>A table, one byte of which is changed in the files of one node: what a disk does that lies.</summary>
internal sealed class DamagedTable(PostgresCluster cluster, string path)
{
    internal const string Name = "ledger";

    private static readonly byte[] s_right = Encoding.ASCII.GetBytes("as it was");
    private static readonly byte[] s_wrong = Encoding.ASCII.GetBytes("as it wss");

    /// <summary>Makes the table so that nothing writes it any more: what is written is written anew on the standbys.</summary>
    internal static async Task<DamagedTable> CreateAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        var primary = await cluster.GetPrimaryAsync(cancellationToken);
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(primary));
        await connection.OpenAsync(cancellationToken);
        foreach (var sql in (string[])[$"CREATE TABLE {Name} (id int PRIMARY KEY, note text)", $"INSERT INTO {Name} SELECT i, 'as it was' FROM generate_series(1, 100) i", $"VACUUM (FREEZE, ANALYZE) {Name}"])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var where = new NpgsqlCommand($"SELECT pg_relation_filepath('{Name}')", connection);
        return new DamagedTable(cluster, (string)(await where.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Stops the node, which writes all of it, changes the byte, and starts it.</summary>
    internal Task DamageAsync(PostgresNode node, CancellationToken cancellationToken) => ReplaceAsync(node, s_right, s_wrong, cancellationToken);

    internal Task MendAsync(PostgresNode node, CancellationToken cancellationToken) => ReplaceAsync(node, s_wrong, s_right, cancellationToken);

    private async Task ReplaceAsync(PostgresNode node, byte[] before, byte[] after, CancellationToken cancellationToken)
    {
        // What it replays at its start lies behind its last restart point, and that behind whatever wrote the table.
        var primary = await cluster.GetPrimaryAsync(cancellationToken);
        await primary.ExecuteAsync("CHECKPOINT", cancellationToken);
        var redo = await primary.ScalarAsync<string>("SELECT redo_lsn::text FROM pg_control_checkpoint()", cancellationToken);
        await ClusterTest.UntilAsync("the checkpoint at the node", async () =>
        {
            await node.ExecuteAsync("CHECKPOINT", cancellationToken);
            return await node.ScalarAsync<bool>($"SELECT redo_lsn >= '{redo}'::pg_lsn FROM pg_control_checkpoint()", cancellationToken);
        });
        await node.StopAsync(cancellationToken: cancellationToken);
        var file = Path.Combine(node.DataDirectory, path);
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        var at = bytes.AsSpan().IndexOf(before);
        Assert.True(at >= 0, $"'{Encoding.ASCII.GetString(before)}' is not in {file}");
        after.CopyTo(bytes, at);
        await File.WriteAllBytesAsync(file, bytes, cancellationToken);
        await node.StartAsync(cancellationToken);
    }
}

using System.Text;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Changes bytes of a table's file at the standby n2 while it is stopped, as a disk does.</summary>
internal static class StandbyFile
{
    private const int PageSize = 8192;
    private const int PageHeader = 24;
    private const int PointerSize = 4;

    /// <summary>Replaces a text that is there once by another one of the same length.</summary>
    internal static Task ChangeAsync(PostgresCluster cluster, string table, string text, string other, CancellationToken cancellationToken) => ChangeAsync(cluster, table, bytes => Replace(bytes, (text, other)), cancellationToken);

    /// <summary>The row at a place is gone: its pointer is cleared.</summary>
    internal static void Remove(byte[] bytes, int block, int item) => bytes.AsSpan(block * PageSize + PageHeader + (item - 1) * PointerSize, PointerSize).Clear();

    internal static async Task ChangeAsync(PostgresCluster cluster, string table, Action<byte[]> change, CancellationToken cancellationToken)
    {
        var (primary, standby) = (cluster["n1"], cluster["n2"]);
        await using var connection = new Npgsql.NpgsqlConnection(cluster.NodeConnectionString(primary, cluster.Superuser, "app") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var place = new Npgsql.NpgsqlCommand("SELECT pg_relation_filepath($1::regclass)", connection) { Parameters = { new() { Value = table } } };
        var path = Path.Combine(standby.DataDirectory, (string)(await place.ExecuteScalarAsync(cancellationToken))!);

        // A first read sets hint bits, which are logged with the whole page (wal_log_hints): that would put right what is changed here.
#pragma warning disable CA2100 // the test's own table
        await using (var read = new Npgsql.NpgsqlCommand($"SELECT count(*) FROM {table}", connection))
            await read.ExecuteScalarAsync(cancellationToken);
#pragma warning restore CA2100
        await primary.ExecuteAsync("CHECKPOINT", cancellationToken); // so that the standby need not replay it again
        await WaitAsync(cluster, cancellationToken);
        await standby.StopAsync(StopMode.Fast, cancellationToken);
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        change(bytes);
        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        await standby.StartAsync(cancellationToken);
        await cluster.WaitUntilStreamingAsync(cancellationToken: cancellationToken);
    }

    private static Task WaitAsync(PostgresCluster cluster, CancellationToken cancellationToken) => ClusterTest.UntilAsync("the standby has replayed all", async () =>
    {
        var position = await cluster["n1"].ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", cancellationToken);
        return await cluster["n2"].ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn", cancellationToken);
    });

    /// <summary>Each text is there once, and is replaced by another one of its length.</summary>
    internal static void Replace(byte[] bytes, params (string Text, string Other)[] texts)
    {
        var places = texts.Select(t => Place(bytes, t.Text)).ToList();
        foreach (var (i, (_, other)) in texts.Index())
            Encoding.ASCII.GetBytes(other).CopyTo(bytes, places[i]);
    }

    private static int Place(byte[] bytes, string text)
    {
        var wanted = Encoding.ASCII.GetBytes(text);
        var place = bytes.AsSpan().IndexOf(wanted);
        Assert.True(place >= 0, $"the file has no '{text}'");
        Assert.Equal(-1, bytes.AsSpan(place + wanted.Length).IndexOf(wanted));
        return place;
    }
}

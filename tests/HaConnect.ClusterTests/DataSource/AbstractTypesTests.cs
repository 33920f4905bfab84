using System.Data;
using System.Data.Common;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>Everything that ADO.NET's abstract types offer, through variables of those types: that is how libraries see a data source.</summary>
public sealed class AbstractTypesTests(ServingCluster serving) : ClusterTest, IClassFixture<ServingCluster>
{
    public static TheoryData<string> Doors => ["writes", "reads"];

    private DbDataSource Source(string door) => door == "writes" ? serving.Db : serving.Db.Reads;

    [Theory]
    [MemberData(nameof(Doors))]
    public void SynchronousMembers_AllOfThem_Work(string door)
    {
        var db = Source(door);
        using (var connection = db.OpenConnection())
            Assert.Equal((ConnectionState.Open, door == "writes"), (connection.State, ((NpgsqlConnection)connection).Port == serving.PrimaryPort));
        using (var connection = db.CreateConnection())
        {
            Assert.Equal(ConnectionState.Closed, connection.State);
            connection.Open();
            Assert.Equal(door == "writes", ((NpgsqlConnection)connection).Port == serving.PrimaryPort);
        }

        using var command = db.CreateCommand("SELECT generate_series(1, $1)");
        var parameter = command.CreateParameter();
        parameter.Value = 3;
        command.Parameters.Add(parameter);
        Assert.Equal(1, command.ExecuteScalar());
        Assert.Equal(-1, command.ExecuteNonQuery());
        using (var reader = command.ExecuteReader())
        {
            var rows = new List<int>();
            while (reader.Read())
                rows.Add(reader.GetInt32(0));
            Assert.Equal([1, 2, 3], rows);
        }

        using (var reader = command.ExecuteReader(CommandBehavior.SingleRow))
            Assert.True(reader.Read());
        Assert.Throws<NotSupportedException>(command.Prepare);
        Assert.Throws<NotSupportedException>(() => command.Connection);

        using var batch = db.CreateBatch();
        foreach (var text in (string[])["SELECT 7", "SELECT pg_is_in_recovery()"])
        {
            var single = batch.CreateBatchCommand();
            single.CommandText = text;
            batch.BatchCommands.Add(single);
        }

        Assert.Equal(7, batch.ExecuteScalar());
        Assert.Equal(-1, batch.ExecuteNonQuery());
        using (var reader = batch.ExecuteReader())
        {
            Assert.True(reader.Read());
            Assert.True(reader.NextResult());
            Assert.True(reader.Read());
            Assert.Equal(door == "reads", reader.GetBoolean(0));
        }

        Assert.Throws<NotSupportedException>(batch.Prepare);
        Assert.All(serving.Db.Snapshot.Nodes, n => Assert.Equal(0, n.Node.Load.InUse)); // nothing was left open
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task AsynchronousMembers_AllOfThem_Work(string door)
    {
        var db = Source(door);
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
            Assert.Equal(door == "writes", ((NpgsqlConnection)connection).Port == serving.PrimaryPort);
        await using var command = db.CreateCommand("SELECT generate_series(1, $1)");
        var parameter = command.CreateParameter();
        parameter.Value = 3;
        command.Parameters.Add(parameter);
        Assert.Equal(1, await command.ExecuteScalarAsync(Cancelled));
        Assert.Equal(-1, await command.ExecuteNonQueryAsync(Cancelled));
        await using (var reader = await command.ExecuteReaderAsync(Cancelled))
        {
            var rows = 0;
            while (await reader.ReadAsync(Cancelled))
                rows++;
            Assert.Equal(3, rows);
        }

        await Assert.ThrowsAsync<NotSupportedException>(() => command.PrepareAsync(Cancelled));
        await using var batch = db.CreateBatch();
        var single = batch.CreateBatchCommand();
        single.CommandText = "SELECT pg_is_in_recovery()";
        batch.BatchCommands.Add(single);
        Assert.Equal(door == "reads", await batch.ExecuteScalarAsync(Cancelled));
        Assert.Equal(-1, await batch.ExecuteNonQueryAsync(Cancelled));
        await using (var reader = await batch.ExecuteReaderAsync(Cancelled))
            Assert.True(await reader.ReadAsync(Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(() => batch.PrepareAsync(Cancelled));
        Assert.All(serving.Db.Snapshot.Nodes, n => Assert.Equal(0, n.Node.Load.InUse));
    }

    [Fact]
    public async Task Copy_BinaryAndText_BothWays()
    {
        await using var connection = await serving.Db.OpenConnectionAsync(Cancelled);
        await using (var create = new NpgsqlCommand("CREATE TEMP TABLE copied (id int, note text)", connection))
            await create.ExecuteNonQueryAsync(Cancelled);
        await using (var importer = await connection.BeginBinaryImportAsync("COPY copied FROM STDIN (FORMAT binary)", Cancelled))
        {
            for (var i = 1; i <= 1000; i++)
            {
                await importer.StartRowAsync(Cancelled);
                await importer.WriteAsync(i, Cancelled);
                await importer.WriteAsync($"note {i}", Cancelled);
            }

            Assert.Equal(1000UL, await importer.CompleteAsync(Cancelled));
        }

        await using (var writer = await connection.BeginTextImportAsync("COPY copied FROM STDIN", Cancelled))
            await writer.WriteAsync("1001\tby text\n");
        var sum = 0;
        await using (var exporter = await connection.BeginBinaryExportAsync("COPY (SELECT id FROM copied) TO STDOUT (FORMAT binary)", Cancelled))
        {
            while (await exporter.StartRowAsync(Cancelled) != -1)
                sum += await exporter.ReadAsync<int>(Cancelled);
        }

        Assert.Equal(1001 * 1002 / 2, sum);
        using var reader = await connection.BeginTextExportAsync("COPY (SELECT note FROM copied WHERE id = 1001) TO STDOUT", Cancelled);
        Assert.Equal("by text", await reader.ReadLineAsync(Cancelled));
    }

    [Fact]
    public async Task PreparedStatements_ExplicitAndAutomatic_WorkAgainAtTheNewPrimary()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.ConnectionString += ";Max Auto Prepare=5;Auto Prepare Min Usages=2";
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await PrepareBothAsync(db);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null })); // until the loss is seen the pool hands out a dead connection
        await PrepareBothAsync(db);
    }

    /// <summary>Prepared at the server, by its own word.</summary>
    private static async Task PrepareBothAsync(HaDataSource db)
    {
        await using var connection = await db.OpenConnectionAsync(Cancelled);
        await using var prepared = new NpgsqlCommand("SELECT $1 + 1", connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = 41 } } };
        await prepared.PrepareAsync(Cancelled);
        Assert.True(prepared.IsPrepared);
        Assert.Equal(42, await prepared.ExecuteScalarAsync(Cancelled));
        for (var i = 0; i < 3; i++)
        {
            await using var again = new NpgsqlCommand("SELECT $1 + 2", connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = 40 } } };
            Assert.Equal(42, await again.ExecuteScalarAsync(Cancelled));
        }

        await using var ask = new NpgsqlCommand("SELECT count(*)::int FROM pg_prepared_statements WHERE statement IN ('SELECT $1 + 1', 'SELECT $1 + 2')", connection);
        Assert.Equal(2, await ask.ExecuteScalarAsync(Cancelled));
    }
}

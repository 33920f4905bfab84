using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>A transaction with one INSERT, acked by a synchronous standby: Npgsql's own commit, a confirmed one, and one whose outcome can be asked for.</summary>
[Rounds(5), MemoryDiagnoser]
public class TransactionBenchmarks
{
    private static readonly TransactionPolicy Asked = new() { Guarantee = CommitGuarantee.Resolved };
    private readonly NpgsqlDataSource _plain = OpenTargets.Current.Plain;
    private readonly HaDataSource _ha = OpenTargets.Current.HaConnect;

    [GlobalSetup]
    public async Task SetUp()
    {
        await using var create = _plain.CreateCommand("CREATE TABLE IF NOT EXISTS entries (at timestamptz NOT NULL)");
        await create.ExecuteNonQueryAsync();
        await Resolved(); // makes its table
    }

    [Benchmark(Baseline = true)]
    public async Task<int> PlainTransaction()
    {
        await using var connection = await _plain.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var rows = await InsertAsync(connection, transaction, default);
        await transaction.CommitAsync();
        return rows;
    }

    [Benchmark]
    public Task<int> Confirmed() => _ha.ExecuteInTransactionAsync(InsertAsync);

    [Benchmark]
    public Task<int> Resolved() => _ha.ExecuteInTransactionAsync(InsertAsync, Asked);

    private static async Task<int> InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken token)
    {
        await using var command = new NpgsqlCommand("INSERT INTO entries VALUES (now())", connection, transaction);
        return await command.ExecuteNonQueryAsync(token);
    }
}

using HaConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
builder.Services.AddHostedService<Transfers>();
await builder.Build().RunAsync();

/// <summary>
/// Carries out transfers that others put into a queue table. What it does for one is one transaction, and the mark that it is done is part of it: where the connection was
/// lost and nobody knows whether that was committed, it may be run again. Either the mark is there, and the next transfer is taken, or nothing of it is.
/// </summary>
internal sealed class Transfers(HaDataSource db) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await db.ExecuteAsync(CreateTablesAsync, WorkKind.IdempotentWrite, stoppingToken); // a real application leaves this to its migrations
        while (!stoppingToken.IsCancellationRequested)
        {
            // During a failover it waits here, and then goes on.
            if (!await db.ExecuteAsync(TakeOneAsync, WorkKind.IdempotentWrite, stoppingToken))
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stoppingToken);
        }
    }

    private static async Task<bool> TakeOneAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Other workers skip what this one has locked.
        await using var take = new NpgsqlCommand(
            """
            WITH taken AS (SELECT id FROM transfers WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
            UPDATE transfers t SET done_at = now() FROM taken WHERE t.id = taken.id RETURNING t.account, t.amount
            """, connection, transaction);
        string account;
        decimal amount;
        await using (var row = await take.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return false;
            (account, amount) = (row.GetString(0), row.GetDecimal(1));
        }

        await using var credit = new NpgsqlCommand(
            "INSERT INTO accounts (name, balance) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET balance = accounts.balance + excluded.balance", connection, transaction)
        {
            Parameters = { new() { Value = account }, new() { Value = amount } },
        };
        await credit.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken); // a success that a synchronous standby has confirmed
        return true;
    }

    private static async Task CreateTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // One worker at a time: CREATE TABLE IF NOT EXISTS fails where two run it at the same moment. All of it is one transaction.
        await using var create = new NpgsqlCommand(
            """
            SELECT pg_advisory_xact_lock(4711);
            CREATE TABLE IF NOT EXISTS transfers (id uuid PRIMARY KEY, account text NOT NULL, amount numeric NOT NULL, done_at timestamptz);
            CREATE TABLE IF NOT EXISTS accounts (name text PRIMARY KEY, balance numeric NOT NULL);
            """, connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }
}

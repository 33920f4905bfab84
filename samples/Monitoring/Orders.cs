using HaConnect;
using Npgsql;

/// <summary>A little work, so that there is something to be seen: an order every tenth of a second, and the number of all of them read as often.</summary>
internal sealed partial class Orders(HaDataSource db, ILogger<Orders> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync(ct => db.ExecuteAsync(CreateTableAsync, WorkKind.IdempotentWrite, ct), stoppingToken))
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stoppingToken);
        await Task.WhenAll(
            RepeatAsync(ct => db.ExecuteAsync(PlaceAsync, ct), stoppingToken),
            RepeatAsync(CountAsync, stoppingToken));
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await TryAsync(work, cancellationToken);
            await Task.Delay(s_pause, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
            return true;
        }
        catch (NpgsqlException e)
        {
            Failed(e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the application stops
        }

        return false;
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var replica = await db.OpenReadConnectionAsync(cancellationToken);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM orders", replica);
        await count.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task PlaceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO orders (item) VALUES ('a book')", connection);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A real application leaves this to its migrations. One instance at a time: CREATE TABLE IF NOT EXISTS fails where two run it at the same moment.</summary>
    private static async Task CreateTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var create = new NpgsqlCommand(
            """
            SELECT pg_advisory_xact_lock(4711);
            CREATE TABLE IF NOT EXISTS orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL, placed_at timestamptz NOT NULL DEFAULT now());
            """, connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Not done: {Why}")]
    private partial void Failed(string why);
}

using System.Globalization;
using HaConnect;
using Npgsql;

namespace FailoverDemo.Workload;

/// <summary>The application: writers without pauses and readers, each in a loop of its own.</summary>
internal sealed class Clients(HaDataSource database, Ledger ledger, DemoOptions options, TimeProvider time)
{
    public const string CreateTable = "CREATE TABLE writes (writer int, seq int, PRIMARY KEY (writer, seq))";

    private const string Insert = "INSERT INTO writes (writer, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    // The subquery is one descent of the primary key's index.
    private const string ReadNewest = """
        SELECT coalesce((SELECT max(seq) FROM writes WHERE writer = w), 0) FROM pg_catalog.generate_series(0, $1 - 1) w ORDER BY w
        """;

    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs until asked to stop; then each client ends the operation it is in.</summary>
    /// <param name="stop">Begin nothing more.</param>
    /// <param name="cancellationToken">Give up what has begun, too.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        ledger.WorkloadBegins();
        var writers = Enumerable.Range(0, options.Writers).Select(writer => Task.Run(() => WriteAsync(writer, stop, cancellationToken), cancellationToken)).ToList();
        var readers = Enumerable.Range(0, DemoOptions.Readers).Select(reader => Task.Run(() => ReadAsync(reader, stop, cancellationToken), cancellationToken)).ToList();
        await Task.WhenAll(writers);
        ledger.WorkloadEnded(); // up to here a pause is a gap; a reader that hangs is a failure of its own
        await Task.WhenAll(readers);
    }

    private async Task WriteAsync(int writer, CancellationToken stop, CancellationToken cancellationToken)
    {
        while (!stop.IsCancellationRequested)
        {
            var write = ledger.BeginWrite(writer);
            try
            {
                var (port, rows) = await database.ExecuteAsync(async (connection, ct) =>
                {
                    write.BeginAttempt();
                    await using var command = new NpgsqlCommand(Insert, connection) { Parameters = { new() { Value = writer }, new() { Value = write.Sequence } } };
                    return (connection.Port, await command.ExecuteNonQueryAsync(ct));
                }, WorkKind.IdempotentWrite, cancellationToken);
                ledger.Acked(write, port, wasApplied: rows == 0);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ledger.Failures.Enqueue($"write {new WriteKey(writer, write.Sequence)}: {Describe(e)}");
            }
        }
    }

    private async Task ReadAsync(int reader, CancellationToken stop, CancellationToken cancellationToken)
    {
        while (!stop.IsCancellationRequested)
        {
            var beganAt = ledger.Now;
            try
            {
                await using var connection = await database.OpenReadConnectionAsync(cancellationToken);
                ledger.Add(reader, new Read(beganAt, connection.Port, await ReadNewestAsync(connection, cancellationToken)));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ledger.Failures.Enqueue($"read: {Describe(e)}");
            }

            await Task.Delay(ReadPause, time, cancellationToken);
        }
    }

    private async Task<int[]> ReadNewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadNewest, connection) { Parameters = { new() { Value = options.Writers } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var newest = new int[options.Writers];
        for (var writer = 0; await rows.ReadAsync(cancellationToken); writer++)
            newest[writer] = rows.GetInt32(0);
        return newest;
    }

    private string Describe(Exception e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.GetType().Name} {ledger.Between(ledger.FaultAt ?? ledger.WorkloadBeganAt, ledger.Now).TotalSeconds:0.000} s after the {(ledger.FaultAt is null ? "start" : "fault")}: {e.Message}");
}

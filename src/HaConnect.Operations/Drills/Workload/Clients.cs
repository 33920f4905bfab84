using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Drills.Workload;

/// <summary>An application in small: writers and readers, each in a loop of its own. It is used to measure, so it goes through HaConnect as any application does.</summary>
internal sealed class Clients(HaDataSource database, Ledger ledger, ClientsOptions options, TimeProvider time)
{
    internal const string Schema = "haconnect_drill";

    internal const string CreateTable = "CREATE TABLE haconnect_drill.writes (writer int, seq int, PRIMARY KEY (writer, seq))";

    private const string Insert = "INSERT INTO haconnect_drill.writes (writer, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    // The subquery is one descent of the primary key's index.
    private const string ReadNewest = """
        SELECT coalesce((SELECT max(seq) FROM haconnect_drill.writes WHERE writer = w), 0) FROM pg_catalog.generate_series(0, $1 - 1) w ORDER BY w
        """;

    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs until asked to stop; then each client ends the operation it is in.</summary>
    /// <param name="stop">Begin nothing more.</param>
    /// <param name="cancellationToken">Give up what has begun, too.</param>
    internal async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        ledger.WorkloadBegins();
        var writers = Enumerable.Range(0, options.Writers).Select(writer => Task.Run(() => WriteAsync(writer, stop, cancellationToken), cancellationToken)).ToList();
        var readers = Enumerable.Range(0, options.Readers).Select(reader => Task.Run(() => ReadAsync(reader, stop, cancellationToken), cancellationToken)).ToList();
        await Task.WhenAll(writers).ConfigureAwait(false);
        ledger.WorkloadEnded(); // up to here a pause is a gap; a reader that hangs is a failure of its own
        await Task.WhenAll(readers).ConfigureAwait(false);
    }

    private async Task WriteAsync(int writer, CancellationToken stop, CancellationToken cancellationToken)
    {
        while (!stop.IsCancellationRequested)
        {
            var write = ledger.BeginWrite(writer);
            try
            {
                var (node, rows) = await database.ExecuteAsync((connection, ct) => InsertAsync(connection, writer, write, ct), WorkKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
                ledger.Acked(write, node, wasApplied: rows == 0);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ledger.Failures.Enqueue($"write {new WriteKey(writer, write.Sequence)}: {Describe(e)}");
            }

            if (options.WritePause > TimeSpan.Zero)
                await Task.Delay(options.WritePause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(string Node, int Rows)> InsertAsync(NpgsqlConnection connection, int writer, Write write, CancellationToken cancellationToken)
    {
        write.BeginAttempt();
        var command = new NpgsqlCommand(Insert, connection) { Parameters = { new() { Value = writer }, new() { Value = write.Sequence } } };
        await using (command.ConfigureAwait(false))
            return (NodeOf(connection), await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task ReadAsync(int reader, CancellationToken stop, CancellationToken cancellationToken)
    {
        while (!stop.IsCancellationRequested)
        {
            var beganAt = ledger.Now;
            try
            {
                // What hangs at a frozen replica is read anew elsewhere.
                ledger.Add(reader, await database.ReadAsync(async (connection, ct) => new Read(beganAt, NodeOf(connection), await ReadNewestAsync(connection, ct).ConfigureAwait(false)), policy: null, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ledger.Failures.Enqueue($"read: {Describe(e)}");
            }

            await Task.Delay(ReadPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int[]> ReadNewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var newest = new int[options.Writers];
        var command = new NpgsqlCommand(ReadNewest, connection) { Parameters = { new() { Value = options.Writers } } };
        await using (command.ConfigureAwait(false))
        {
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                for (var writer = 0; await rows.ReadAsync(cancellationToken).ConfigureAwait(false); writer++)
                    newest[writer] = rows.GetInt32(0);
            }
        }

        return newest;
    }

    private string NodeOf(NpgsqlConnection connection) => database.Snapshot.NodeOf(connection).Name;

    private string Describe(Exception e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.GetType().Name} {ledger.Between(ledger.FaultAt ?? ledger.WorkloadBeganAt, ledger.Now).TotalSeconds:0.000} s after the {(ledger.FaultAt is null ? "start" : "fault")}: {e.Message}");
}

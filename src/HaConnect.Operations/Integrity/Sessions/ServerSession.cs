using System.Globalization;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>
/// A connection to one side, for one statement at a time. What decides how a value is written as text is set alike on both sides. What fails for a passing reason is tried again, on a new connection where
/// the old one is broken.
/// </summary>
internal sealed class ServerSession : IAsyncDisposable
{
    internal const string ApplicationName = "haconnect-verify";

    private const int MostAttempts = 6;
    private const int FirstPauseMilliseconds = 100;

    /// <summary>Of a server that does not even end a statement in time.</summary>
    private static readonly TimeSpan s_beyond = TimeSpan.FromSeconds(15);

    private readonly VerificationSide _side;
    private readonly TimeProvider _time;
    private readonly string _connectionString;
    private readonly string _settings;
    private NpgsqlConnection? _connection;

    internal ServerSession(VerificationSide side, VerificationOptions options)
    {
        (_side, _time) = (side, options.TimeProvider);
        var builder = new NpgsqlConnectionStringBuilder(side.ConnectionString) { ApplicationName = ApplicationName, Pooling = false, Enlist = false, MaxAutoPrepare = 0 };
        builder.CommandTimeout = (int)(options.StatementTimeout + s_beyond).TotalSeconds;
        TransportDefaults.Apply(builder, side.ConnectionString);
        _connectionString = builder.ConnectionString;

        // No scan of a whole table where a range of a key is asked for, whatever the statistics say; no helpers, no compiler: the load is one process a connection.
        _settings = string.Create(CultureInfo.InvariantCulture, $"""
            SET default_transaction_read_only = on; SET statement_timeout = {(long)options.StatementTimeout.TotalMilliseconds}; SET lock_timeout = 5000; SET search_path = pg_catalog; SET row_security = off;
            SET datestyle = 'ISO, YMD'; SET intervalstyle = postgres; SET timezone = 'UTC'; SET bytea_output = hex; SET extra_float_digits = 3; SET xmloption = content; SET lc_monetary = 'C';
            SET jit = off; SET max_parallel_workers_per_gather = 0; SET enable_seqscan = off
            """);
    }

    internal string Name => _side.Name;

    internal async Task<List<T>> QueryAsync<T>(Statement statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(statement, read, cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (attempt < MostAttempts && ServerErrors.IsPassing(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(FirstPauseMilliseconds << attempt), _time, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e)
            {
                e.Data[ServerErrors.Side] = _side.Name;
                throw;
            }
        }
    }

    internal async Task<T> ScalarAsync<T>(Statement statement, CancellationToken cancellationToken) =>
        (await QueryAsync(statement, static row => row.GetFieldValue<T>(0), cancellationToken).ConfigureAwait(false))[0];

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task<List<T>> RunAsync<T>(Statement statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        if (_connection is { FullState: not System.Data.ConnectionState.Open }) // by an error that came again, or that is no passing one
            await CloseAsync().ConfigureAwait(false);
        var connection = _connection ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // its identifiers are quoted, its values are parameters
        var command = new NpgsqlCommand(statement.Sql, connection);
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        foreach (var argument in statement.Arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // its own settings
            var command = new NpgsqlCommand(_settings, connection);
#pragma warning restore CA2100
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
    }
}

using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Connections;

/// <summary>
/// A session of the library's own (probe, lock session) with deadlines that act from outside: Npgsql's own time-outs and tokens send
/// a cancel request, which blocks on a frozen server and turns a wait for a synchronous standby into a false success. A statement
/// that misses its deadline is abandoned together with its session; the socket is closed when the statement ends at last.
/// </summary>
internal sealed class OwnSession : ISession
{
    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _time;
    private bool _abandoned;

    private OwnSession(NpgsqlConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
    }

    public bool IsUsable => !_abandoned && _connection.FullState.HasFlag(System.Data.ConnectionState.Open);

    internal int ServerProcessId => _connection.ProcessID;

    /// <exception cref="TimeoutException">The server did not accept the session in time.</exception>
    internal static Task<OwnSession> OpenAsync(NpgsqlDataSource source, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(source.CreateConnection(), timeout, time, cancellationToken);

    /// <inheritdoc cref="OpenAsync(NpgsqlDataSource, TimeSpan, TimeProvider, CancellationToken)"/>
    internal static async Task<OwnSession> OpenAsync(NpgsqlConnection connection, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var opening = connection.OpenAsync(CancellationToken.None);
        try
        {
            await opening.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return new OwnSession(connection, time);
        }
        catch
        {
            DisposeAfter(opening, connection);
            throw;
        }
    }

    public async Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters)
    {
        var running = RunAsync(sql, read, parameters);
        try
        {
            return await running.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!running.IsCompleted)
        {
            _abandoned = true;
            DisposeAfter(running, _connection);
            throw;
        }
    }

    internal Task ExecuteAsync(string sql, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters) =>
        QueryAsync(sql, static _ => true, timeout, cancellationToken, parameters);

    public ValueTask DisposeAsync() => _abandoned ? default : _connection.DisposeAsync();

    private async Task<T> RunAsync<T>(string sql, Func<DbDataReader, T> read, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection);
        await using (command.ConfigureAwait(false))
        {
            foreach (var parameter in parameters)
                command.Parameters.Add(Parameter(parameter));
            var reader = await command.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                return read(reader);
            }
        }
    }

    /// <summary>Npgsql infers no type for a position.</summary>
    private static NpgsqlParameter Parameter(object value) =>
        value is NpgsqlLogSequenceNumber ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.PgLsn } : new NpgsqlParameter { Value = value };

    private static void DisposeAfter(Task task, NpgsqlConnection connection) =>
        _ = task.ContinueWith(
            static (ended, state) =>
            {
                _ = ended.Exception; // observed: the caller has been told already
                return ((NpgsqlConnection)state!).DisposeAsync().AsTask();
            },
            connection, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
}

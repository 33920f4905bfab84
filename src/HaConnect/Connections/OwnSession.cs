using System.Data.Common;
using HaConnect.Probing;
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
    private readonly Action? _heardLate;
    private bool _abandoned;

    private OwnSession(NpgsqlConnection connection, TimeProvider time, Action? heardLate)
    {
        _connection = connection;
        _time = time;
        _heardLate = heardLate;
    }

    public bool IsUsable => !_abandoned && _connection.FullState.HasFlag(System.Data.ConnectionState.Open);

    internal int ServerProcessId => _connection.ProcessID;

    internal Version ServerVersion => _connection.PostgreSqlVersion;

    /// <exception cref="TimeoutException">The server did not accept the session in time.</exception>
    internal static Task<OwnSession> OpenAsync(NpgsqlDataSource source, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(source.CreateConnection(), timeout, time, heardLate: null, cancellationToken);

    /// <inheritdoc cref="OpenAsync(NpgsqlDataSource, TimeSpan, TimeProvider, CancellationToken)"/>
    /// <param name="connection">A connection of its own, unopened.</param>
    /// <param name="timeout">For the opening.</param>
    /// <param name="time">The clock.</param>
    /// <param name="heardLate">Called when the server answers what had been abandoned, be it with an error; must be quick.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<OwnSession> OpenAsync(NpgsqlConnection connection, TimeSpan timeout, TimeProvider time, Action? heardLate, CancellationToken cancellationToken)
    {
        var opening = connection.OpenAsync(CancellationToken.None);
        try
        {
            await opening.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return new OwnSession(connection, time, heardLate);
        }
        catch
        {
            DisposeAfter(opening, connection, heardLate);
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
            DisposeAfter(running, _connection, _heardLate);
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

    private static void DisposeAfter(Task task, NpgsqlConnection connection, Action? heardLate) =>
        _ = task.ContinueWith(
            static (ended, state) =>
            {
                var (connection, heardLate) = ((NpgsqlConnection, Action?))state!;
                var error = ended.Exception?.InnerException; // observed: the caller has been told already
                if (ended.IsCompletedSuccessfully || (error is not null && ErrorClassifier.Classify(error).ProvesServer))
                    heardLate?.Invoke();
                return connection.DisposeAsync().AsTask();
            },
            (connection, heardLate), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
}

using System.Data;
using System.Data.Common;
using HaConnect.Commits;
using Npgsql;

namespace HaConnect;

/// <summary>
/// A batch that opens a connection to the primary when it is executed, waiting through a failover, and closes it again; made by
/// <see cref="HaDataSource.CreateBatch"/>. What is said of <see cref="HaCommand"/> holds for it too.
/// </summary>
public sealed class HaBatch : NpgsqlBatch
{
    private readonly CommandRunner _runner;
    private int? _timeout;

    internal HaBatch(CommandRunner runner) => _runner = runner;

    /// <summary>After how many seconds of execution it is given up; 0 for never. Default: <c>Command Timeout</c> of the connection string.</summary>
    public override int Timeout
    {
        get => _timeout ?? _runner.DefaultTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _timeout = value;
        }
    }

    /// <summary>Not supported, as on any batch of a data source.</summary>
    protected override DbConnection? DbConnection
    {
        get => throw HaCommand.NotSupported();
        set => throw HaCommand.NotSupported();
    }

    /// <summary>Not supported, as on any batch of a data source.</summary>
    protected override DbTransaction? DbTransaction
    {
        get => throw HaCommand.NotSupported();
        set => throw HaCommand.NotSupported();
    }

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override int ExecuteNonQuery() => CommandRunner.Wait(ExecuteNonQueryAsync(CancellationToken.None));

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        _runner.RunAsync(connection => OnAsync(connection, () => base.ExecuteNonQueryAsync(CancellationToken.None)), Timeout, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override object? ExecuteScalar() => CommandRunner.Wait(ExecuteScalarAsync(CancellationToken.None));

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        _runner.RunAsync(connection => OnAsync(connection, () => base.ExecuteScalarAsync(CancellationToken.None)), Timeout, cancellationToken);

    /// <inheritdoc cref="NpgsqlBatch.ExecuteReader(CommandBehavior)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new NpgsqlDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) => CommandRunner.Wait(ExecuteReaderAsync(behavior, CancellationToken.None));

    /// <inheritdoc cref="NpgsqlBatch.ExecuteReaderAsync(CancellationToken)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) => ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    /// <inheritdoc cref="NpgsqlBatch.ExecuteReaderAsync(CommandBehavior, CancellationToken)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default) =>
        _runner.ReadAsync(
            connection =>
            {
                Connection = connection;
                base.Timeout = CommandRunner.ReaderTimeout(Timeout);
                return base.ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, CancellationToken.None);
            },
            Timeout, cancellationToken);

    /// <summary>Not supported, as on any batch of a data source.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Prepare() => throw HaCommand.NotSupported();

    /// <summary>Not supported, as on any batch of a data source.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => throw HaCommand.NotSupported();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

    private Task<T> OnAsync<T>(NpgsqlConnection connection, Func<Task<T>> execute)
    {
        Connection = connection;
        base.Timeout = 0; // Npgsql's cancel request would end a wait for a standby
        return execute();
    }
}

using System.Data;
using System.Data.Common;
using HaConnect.Commits;
using Npgsql;

namespace HaConnect;

/// <summary>
/// A command that opens a connection to the primary when it is executed, waiting through a failover, and closes it again; made by
/// <see cref="HaDataSource.CreateCommand"/>. A write whose commit is not known to be on a synchronous standby is never reported as a success,
/// whoever ended its wait: <see cref="CommitOutcomeUnknownException"/>. <see cref="CommandTimeout"/> and tokens act from outside: a
/// statement that runs is cancelled, a commit that waits is left to wait.
/// </summary>
/// <remarks>
/// The members hide those of <see cref="NpgsqlCommand"/> that return an <see cref="NpgsqlDataReader"/>: through a variable of that type
/// they throw, for want of an open connection. A reader that read rows before the commit tells in its disposal. Its own Read and NextResult are
/// Npgsql's, with a time-out 10 s longer than this command's and with tokens that cancel; where they throw, nothing is known of a write.
/// </remarks>
public sealed class HaCommand : NpgsqlCommand
{
    private readonly CommandRunner _runner;
    private int? _timeout;
    private int? _timeoutForNpgsql;

    internal HaCommand(CommandRunner runner, string? commandText)
        : base(commandText) => _runner = runner;

    /// <summary>After how many seconds of execution it is given up; 0 for never. Default: <c>Command Timeout</c> of the connection string.</summary>
    public override int CommandTimeout
    {
        get => _timeoutForNpgsql ?? Timeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _timeout = value;
        }
    }

    /// <summary>Not supported, as on any command of a data source.</summary>
    protected override DbConnection? DbConnection
    {
        get => throw NotSupported();
        set => throw NotSupported();
    }

    /// <summary>Not supported, as on any command of a data source.</summary>
    protected override DbTransaction? DbTransaction
    {
        get => throw NotSupported();
        set
        {
            if (value is not null) // Npgsql sets null with each connection
                throw NotSupported();
        }
    }

    private int Timeout => _timeout ?? _runner.DefaultTimeout;

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override int ExecuteNonQuery() => CommandRunner.Wait(ExecuteNonQueryAsync(CancellationToken.None));

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        _runner.RunAsync(connection => OnAsync(connection, () => base.ExecuteNonQueryAsync(CancellationToken.None)), Timeout, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override object? ExecuteScalar() => CommandRunner.Wait(ExecuteScalarAsync(CancellationToken.None));

    /// <inheritdoc/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known.</exception>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        _runner.RunAsync(connection => OnAsync(connection, () => base.ExecuteScalarAsync(CancellationToken.None)), Timeout, cancellationToken);

    /// <inheritdoc cref="NpgsqlCommand.ExecuteReader(CommandBehavior)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new NpgsqlDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) => CommandRunner.Wait(ExecuteReaderAsync(behavior, CancellationToken.None));

    /// <inheritdoc cref="NpgsqlCommand.ExecuteReaderAsync(CancellationToken)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) => ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    /// <inheritdoc cref="NpgsqlCommand.ExecuteReaderAsync(CommandBehavior, CancellationToken)"/>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was applied is not known; the reader's disposal throws it too.</exception>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default) =>
        _runner.ReadAsync(
            connection =>
            {
                base.DbConnection = connection;
                return WithTimeout(CommandRunner.ReaderTimeout(Timeout), () => base.ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, CancellationToken.None));
            },
            Timeout, cancellationToken);

    /// <summary>Not supported, as on any command of a data source.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Prepare() => throw NotSupported();

    /// <summary>Not supported, as on any command of a data source.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => throw NotSupported();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

    internal static NotSupportedException NotSupported() =>
        new("Not supported on a command or batch of HaDataSource, which opens a connection when it is executed. Use OpenConnectionAsync, and the commands of that connection.");

    /// <summary>Without a time-out of Npgsql's, whose cancel request would end a wait for a standby.</summary>
    private Task<T> OnAsync<T>(NpgsqlConnection connection, Func<Task<T>> execute)
    {
        base.DbConnection = connection;
        return WithTimeout(0, execute);
    }

    /// <summary>Npgsql reads the time-out once, when it begins, before it first awaits anything.</summary>
    private Task<T> WithTimeout<T>(int timeout, Func<Task<T>> execute)
    {
        _timeoutForNpgsql = timeout;
        try
        {
            return execute();
        }
        finally
        {
            _timeoutForNpgsql = null;
        }
    }
}

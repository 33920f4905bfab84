using System.Data;
using System.Data.Common;
using HaConnect.Commits;
using Npgsql;

namespace HaConnect.Reading;

/// <summary>A command of <see cref="HaDataSource.Reads"/>.</summary>
internal sealed class ReadCommand(ReadRunner runner, string? commandText) : NpgsqlCommand(commandText)
{
    private int? _timeout;

    public override int CommandTimeout
    {
        get => _timeout ?? runner.DefaultTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _timeout = value;
        }
    }

    protected override DbConnection? DbConnection
    {
        get => throw HaCommand.NotSupported();
        set => throw HaCommand.NotSupported();
    }

    protected override DbTransaction? DbTransaction
    {
        get => throw HaCommand.NotSupported();
        set
        {
            if (value is not null) // Npgsql sets null
                throw HaCommand.NotSupported();
        }
    }

    public override int ExecuteNonQuery() => CommandRunner.Wait(ExecuteNonQueryAsync(CancellationToken.None));

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        runner.RunAsync((connection, timeout) => Copy(connection, timeout).ExecuteNonQueryAsync(CancellationToken.None), CommandTimeout, cancellationToken);

    public override object? ExecuteScalar() => CommandRunner.Wait(ExecuteScalarAsync(CancellationToken.None));

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        runner.RunAsync((connection, timeout) => Copy(connection, timeout).ExecuteScalarAsync(CancellationToken.None), CommandTimeout, cancellationToken);

    public override void Prepare() => throw HaCommand.NotSupported();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => throw HaCommand.NotSupported();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => CommandRunner.Wait(ExecuteDbDataReaderAsync(behavior, CancellationToken.None));

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await runner.ReadAsync(
            (connection, timeout) => Copy(connection, timeout).ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, CancellationToken.None),
            CommandTimeout, cancellationToken).ConfigureAwait(false);

    private NpgsqlCommand Copy(NpgsqlConnection connection, int timeout)
    {
        var copy = new NpgsqlCommand(CommandText, connection)
        {
            CommandTimeout = timeout,
            CommandType = CommandType,
            AllResultTypesAreUnknown = AllResultTypesAreUnknown,
            UnknownResultTypeList = UnknownResultTypeList,
        };
        foreach (NpgsqlParameter parameter in Parameters)
            copy.Parameters.Add(parameter.Clone());
        return copy;
    }
}

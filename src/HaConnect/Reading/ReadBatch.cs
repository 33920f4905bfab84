using System.Data;
using System.Data.Common;
using HaConnect.Commits;
using Npgsql;

namespace HaConnect.Reading;

/// <summary>A batch of <see cref="HaDataSource.Reads"/>.</summary>
internal sealed class ReadBatch(ReadRunner runner) : NpgsqlBatch
{
    private int? _timeout;

    public override int Timeout
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
        set => throw HaCommand.NotSupported();
    }

    public override int ExecuteNonQuery() => CommandRunner.Wait(ExecuteNonQueryAsync(CancellationToken.None));

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        runner.RunAsync((connection, timeout) => Copy(connection, timeout).ExecuteNonQueryAsync(CancellationToken.None), Timeout, cancellationToken);

    public override object? ExecuteScalar() => CommandRunner.Wait(ExecuteScalarAsync(CancellationToken.None));

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        runner.RunAsync((connection, timeout) => Copy(connection, timeout).ExecuteScalarAsync(CancellationToken.None), Timeout, cancellationToken);

    public override void Prepare() => throw HaCommand.NotSupported();

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => throw HaCommand.NotSupported();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => CommandRunner.Wait(ExecuteDbDataReaderAsync(behavior, CancellationToken.None));

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await runner.ReadAsync(
            (connection, timeout) => Copy(connection, timeout).ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, CancellationToken.None),
            Timeout, cancellationToken).ConfigureAwait(false);

    private NpgsqlBatch Copy(NpgsqlConnection connection, int timeout)
    {
        var copy = new NpgsqlBatch(connection) { Timeout = timeout, EnableErrorBarriers = EnableErrorBarriers };
        foreach (NpgsqlBatchCommand command in BatchCommands)
        {
            var single = new NpgsqlBatchCommand(command.CommandText) { CommandType = command.CommandType, AppendErrorBarrier = command.AppendErrorBarrier };
            foreach (NpgsqlParameter parameter in command.Parameters)
                single.Parameters.Add(parameter.Clone());
            copy.BatchCommands.Add(single);
        }

        return copy;
    }
}

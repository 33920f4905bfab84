using System.Data.Common;
using HaConnect.Connections;

namespace HaConnect.Reading;

/// <summary>What <see cref="HaDataSource.Reads"/> is. It owns nothing: its disposal ends nothing.</summary>
internal sealed class ReadDataSource(HaDataSource db, ReadPolicy? policy) : DbDataSource
{
    public override string ConnectionString => db.ConnectionString;

    protected override DbConnection CreateDbConnection() => db.CreateReadConnection(policy);

    protected override DbConnection OpenDbConnection() => db.OpenReadConnection(policy);

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        policy is null
            ? await db.OpenReadConnectionAsync(cancellationToken).ConfigureAwait(false)
            : await db.OpenReadConnectionAsync(policy, cancellationToken).ConfigureAwait(false);

    protected override DbCommand CreateDbCommand(string? commandText = null) => new ReadCommand(new ReadRunner(db, policy), commandText);

    protected override DbBatch CreateDbBatch() => new ReadBatch(new ReadRunner(db, policy));
}

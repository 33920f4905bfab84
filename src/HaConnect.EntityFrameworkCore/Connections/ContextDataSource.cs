using System.Data.Common;
using System.Runtime.CompilerServices;

namespace HaConnect.EntityFrameworkCore.Connections;

/// <summary>
/// What Npgsql's provider gets as its data source. It makes connections of its own from the connection string where a database is to be made or dropped: those have to lead to the primary too.
/// </summary>
internal sealed class ContextDataSource : DbDataSource
{
    private static readonly ConditionalWeakTable<HaDataSource, ContextDataSource> s_all = [];
    private readonly HaDataSource _db;

    private ContextDataSource(HaDataSource db) => _db = db;

    public override string ConnectionString => _db.ConnectionStringOfPrimary;

    /// <summary>Always the same for a data source: Entity Framework Core keeps services for each.</summary>
    internal static ContextDataSource Of(HaDataSource db) => s_all.GetValue(db, static d => new ContextDataSource(d));

    protected override DbConnection CreateDbConnection() => _db.CreateForMapper(reads: null).Connection;
}

using System.Data.Common;

namespace HaConnect.Failover;

/// <summary>Where statements can be run, one after the other.</summary>
internal interface IQueries
{
    Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] parameters);
}

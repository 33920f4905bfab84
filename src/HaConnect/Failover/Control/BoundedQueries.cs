using System.Data.Common;
using HaConnect.Connections;

namespace HaConnect.Failover;

/// <summary>The statements of one session, each within a time-out.</summary>
internal sealed class BoundedQueries(ISession session, TimeSpan timeout) : IQueries
{
    public Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object[] parameters) =>
        session.QueryAsync(sql, read, timeout, cancellationToken, parameters);
}

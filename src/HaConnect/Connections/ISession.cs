using System.Data.Common;

namespace HaConnect.Connections;

/// <summary>One session with a server, as the library's own work uses it. Server errors come as PostgresException, a lost connection as NpgsqlException.</summary>
internal interface ISession : IAsyncDisposable
{
    /// <summary>False once the connection is lost or a statement of it was abandoned.</summary>
    bool IsUsable { get; }

    /// <exception cref="TimeoutException">The statement did not end in time. What it did is unknown; ask the server in a new session.</exception>
    Task<T> QueryAsync<T>(string sql, Func<DbDataReader, T> read, TimeSpan timeout, CancellationToken cancellationToken, params object[] parameters);
}

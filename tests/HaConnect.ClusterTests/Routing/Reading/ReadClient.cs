using HaConnect.Histories;
using Npgsql;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>How a session reads and writes: through HaConnect, or through Npgsql's multi-host data source beside it.</summary>
internal abstract class ReadClient
{
    internal abstract Task<SessionEvent> ReadAsync(string session);

    internal abstract Task WriteAsync(string session, long value);

    /// <summary>What is done within belongs together; a session begins one after the other.</summary>
    internal virtual Task InScopeAsync(string session, Func<Task> work) => work();

    /// <summary>Opens a connection and reads on it.</summary>
    internal sealed class Opening(HaDataSource db) : ReadClient
    {
        internal override async Task<SessionEvent> ReadAsync(string session)
        {
            await using var connection = await db.OpenReadConnectionAsync(CancellationToken.None);
            return await ReadSql.ReadAsync(connection, session, CancellationToken.None);
        }

        internal override Task WriteAsync(string session, long value) => throw new NotSupportedException();
    }

    /// <summary>Gives its work to HaConnect; scopes follow on each other by tokens, as the requests of a user would.</summary>
    internal sealed class Working(HaDataSource db) : ReadClient
    {
        private string? _token;

        internal override Task<SessionEvent> ReadAsync(string session) => db.ReadAsync((connection, token) => ReadSql.ReadAsync(connection, session, token), cancellationToken: CancellationToken.None);

        internal override Task WriteAsync(string session, long value) =>
            db.ExecuteAsync((connection, token) => ReadSql.WriteAsync(connection, session, value, token), WorkKind.IdempotentWrite, CancellationToken.None);

        internal override async Task InScopeAsync(string session, Func<Task> work)
        {
            using var scope = db.BeginCausalScope(_token is null ? null : CausalToken.Parse(_token));
            await work();
            _token = (await scope.CaptureAsync(CancellationToken.None))?.ToString() ?? _token;
        }
    }

    internal sealed class PreferStandby(NpgsqlDataSource standbys, NpgsqlDataSource primary) : ReadClient
    {
        internal override async Task<SessionEvent> ReadAsync(string session)
        {
            await using var connection = await standbys.OpenConnectionAsync(CancellationToken.None);
            return await ReadSql.ReadAsync(connection, session, CancellationToken.None);
        }

        internal override async Task WriteAsync(string session, long value)
        {
            await using var connection = await primary.OpenConnectionAsync(CancellationToken.None);
            await ReadSql.WriteAsync(connection, session, value, CancellationToken.None);
        }
    }
}

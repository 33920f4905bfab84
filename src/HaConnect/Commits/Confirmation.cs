using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// A repeat may find what the attempt before has written, and write nothing: such a transaction is committed without a wait, though
/// what it found is on no standby yet. A commit of its own behind it waits for all that was written before (a fact test shows both).
/// </summary>
internal static class Confirmation
{
    internal const string Sql = "SELECT pg_catalog.pg_logical_emit_message(true, 'haconnect', '')";

    internal static Func<NpgsqlConnection, CancellationToken, Task<T>> After<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work) =>
        async (connection, cancellationToken) =>
        {
            var result = await work(connection, cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 };
            await using (command.ConfigureAwait(false))
                await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            return result;
        };
}

using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace HaConnect.Testing.Setup;

/// <summary>
/// Statements of our own and of tests, as the superuser in database postgres, each over a connection of its own: no pool, so that no dead
/// connection is ever handed out, and after a timeout the outcome is unknown, never "success".
/// </summary>
internal static class SuperuserSql
{
    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "A test runs its own statements.")]
    public static async Task<T?> FirstRowAsync<T>(ClusterSetup setup, PostgresNode node, string sql, Func<NpgsqlDataReader, T?> read, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = new(ConnectionString(setup, node));
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            NpgsqlCommand command = new(sql, connection);
            await using (command.ConfigureAwait(false))
            {
                NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount > 0 ? read(reader) : default;
                }
            }
        }
    }

    private static string ConnectionString(ClusterSetup setup, PostgresNode node) => new NpgsqlConnectionStringBuilder
    {
        Host = setup.OwnWayTo(node),
        Port = node.Port,
        Username = setup.Superuser.User,
        Password = setup.Superuser.Password,
        Database = "postgres",
        ApplicationName = "haconnect-testing",
        Pooling = false,
        Timeout = 5,
        CommandTimeout = 60,
        CancellationTimeout = -1,
    }.ConnectionString;
}

using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>Statements of a drill past HaConnect, each over a connection of its own.</summary>
[SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "All are constants of the drill's own.")]
internal static class DrillSql
{
    internal static async Task ReadAsync(string connectionString, string sql, Action<NpgsqlDataReader> each, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(sql, connection);
            await using (command.ConfigureAwait(false))
            {
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        each(reader);
                }
            }
        }
    }

    internal static async Task<T?> ScalarAsync<T>(string connectionString, string sql, CancellationToken cancellationToken)
    {
        T? value = default;
        await ReadAsync(connectionString, sql, row => value = row.IsDBNull(0) ? default : row.GetFieldValue<T>(0), cancellationToken).ConfigureAwait(false);
        return value;
    }

    internal static Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken) => ReadAsync(connectionString, sql, static _ => { }, cancellationToken);
}

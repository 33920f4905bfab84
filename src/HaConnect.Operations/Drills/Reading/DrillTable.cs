using HaConnect.Operations.Drills.Workload;
using Npgsql;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>The drill's own table, in a schema of its own in the application's database.</summary>
internal static class DrillTable
{
    private const string HasSchema = "SELECT pg_catalog.to_regnamespace('haconnect_drill') IS NOT NULL";
    private const string CreateSchema = "CREATE SCHEMA haconnect_drill";
    private const string DropLeft = "DROP TABLE IF EXISTS haconnect_drill.writes";
    private const string DropSchema = "DROP SCHEMA IF EXISTS haconnect_drill CASCADE";

    /// <returns>Whether the schema was made, too; it was there before where somebody else has made it for the drill.</returns>
    /// <exception cref="DrillRefusedException">The application's user may not make it.</exception>
    internal static async Task<bool> CreateAsync(DrillServer primary, CancellationToken cancellationToken)
    {
        try
        {
            var makesSchema = !await DrillSql.ScalarAsync<bool>(primary.Application, HasSchema, cancellationToken).ConfigureAwait(false);
            if (makesSchema)
                await DrillSql.ExecuteAsync(primary.Application, CreateSchema, cancellationToken).ConfigureAwait(false);
            await DrillSql.ExecuteAsync(primary.Application, DropLeft, cancellationToken).ConfigureAwait(false); // of a drill that was killed
            await DrillSql.ExecuteAsync(primary.Application, Clients.CreateTable, cancellationToken).ConfigureAwait(false);
            return makesSchema;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var user = new NpgsqlConnectionStringBuilder(primary.Application).Username;
            throw new DrillRefusedException($"The drill's own table could not be made at {primary.Name}: {e.MessageText}. As a superuser run there, in the application's database: CREATE SCHEMA {Clients.Schema} AUTHORIZATION \"{user}\"", e);
        }
    }

    /// <summary>Takes it away again: the table, and the schema where the drill has made it.</summary>
    internal static async Task DropAsync(DrillServer primary, bool dropsSchema, CancellationToken cancellationToken)
    {
        await DrillSql.ExecuteAsync(primary.Application, DropLeft, cancellationToken).ConfigureAwait(false);
        if (dropsSchema)
            await DrillSql.ExecuteAsync(primary.Application, DropSchema, cancellationToken).ConfigureAwait(false);
    }
}

using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>The tables of the workload.</summary>
internal static class WorkloadTables
{
    // Nothing keeps a row of a client that writes once from being there twice: that is what it is to show.
    // The accounts come first: CREATE INDEX locks its table even where the index exists, and a second application that held that lock while it
    // waited for an account would meet the movers of the first, who lock the other way round, in a deadlock.
    private const string Create = """
        CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, balance bigint NOT NULL);
        INSERT INTO accounts SELECT id, $1 FROM generate_series(1, $2) id ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS writes (client text NOT NULL, op bigint NOT NULL);
        CREATE INDEX IF NOT EXISTS writes_by_client ON writes (client, op);
        CREATE UNIQUE INDEX IF NOT EXISTS writes_keyed ON writes (client, op) WHERE client LIKE 'keyed-%';
        """;

    internal static Task CreateAsync(HaDataSource database, CancellationToken cancellationToken) => database.ExecuteAsync(
        static async (connection, token) =>
        {
            // A batch has parameters per command, and CREATE takes none.
            await using var batch = new NpgsqlBatch(connection);
            foreach (var statement in Create.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var command = new NpgsqlBatchCommand(statement);
                if (statement.Contains('$', StringComparison.Ordinal))
                {
                    command.Parameters.Add(new() { Value = WorkloadSettings.OpeningBalance });
                    command.Parameters.Add(new() { Value = WorkloadSettings.Accounts });
                }

                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(token);
        },
        WorkKind.IdempotentWrite, cancellationToken);
}

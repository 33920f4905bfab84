using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>Reads sequences through a view that everybody may read.</summary>
internal static class SequenceReader
{
    private const string Sql = """
        SELECT s.schemaname, s.sequencename, s.increment_by,
               CASE WHEN c.relpersistence <> 'u' OR NOT pg_catalog.pg_is_in_recovery() THEN s.last_value END,
               COALESCE(pg_catalog.has_sequence_privilege(c.oid, 'USAGE, SELECT'), false), c.relpersistence <> 'u'
          FROM pg_catalog.pg_sequences s JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename
         ORDER BY 1, 2
        """;

    private const int MostAttempts = 5;

    internal static async Task<IReadOnlyList<SequenceState>> ReadAsync(ServerSession session, NamePattern pattern, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var all = await session.QueryAsync(
                    new Statement(Sql),
                    static row => new SequenceState(row.GetString(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetBoolean(4), row.GetBoolean(5)), cancellationToken).ConfigureAwait(false);
                return [.. all.Where(s => pattern.Includes(s.Schema, s.Name))];
            }
            catch (PostgresException e) when (attempt < MostAttempts && e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InternalError)
            {
                // One was dropped while they were read ("could not open relation with OID …").
            }
        }
    }
}

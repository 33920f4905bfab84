namespace HaConnect.Operations.Integrity;

/// <summary>Reads sequences through a view that everybody may read.</summary>
internal static class SequenceReader
{
    private const string Sql = """
        SELECT s.schemaname, s.sequencename, s.increment_by, s.last_value,
               pg_catalog.has_sequence_privilege(pg_catalog.quote_ident(s.schemaname) || '.' || pg_catalog.quote_ident(s.sequencename), 'USAGE, SELECT')
          FROM pg_catalog.pg_sequences s ORDER BY 1, 2
        """;

    internal static async Task<IReadOnlyList<SequenceState>> ReadAsync(ServerSession session, NamePattern pattern, CancellationToken cancellationToken)
    {
        var all = await session.QueryAsync(
            new Statement(Sql),
            static row => new SequenceState(row.GetString(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetBoolean(4)), cancellationToken).ConfigureAwait(false);
        return [.. all.Where(s => pattern.Includes(s.Schema, s.Name))];
    }
}

using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>Large objects, which are in a table of the catalog.</summary>
internal static class LargeObjects
{
    private const string Name = "pg_catalog.pg_largeobject";

    /// <summary>Their number everybody may see, their contents not.</summary>
    private const string Sql = """
        SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata), pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'SELECT'),
               pg_catalog.pg_relation_size('pg_catalog.pg_largeobject') / pg_catalog.current_setting('block_size')::bigint
        """;

    private const long PageSize = 2048;

    /// <summary>Null where there are none, or they are not compared.</summary>
    internal static async Task<TablePlan?> PlanAsync(SessionPair pair, SideRelation relation, List<VerificationNote> notes, CancellationToken cancellationToken)
    {
        var both = await pair.QueryAsync(new Both<Statement>(new Statement(Sql), new Statement(Sql)), static row => (Count: row.GetInt64(0), IsReadable: row.GetBoolean(1), Blocks: row.GetInt64(2)), cancellationToken).ConfigureAwait(false);
        var (left, right) = (both.Left[0], both.Right[0]);
        if (left.Count == 0 && right.Count == 0)
            return null;
        if (relation == SideRelation.Subscription)
        {
            notes.Add(new(VerificationNoteKind.Note, Name, string.Create(CultureInfo.InvariantCulture, $"Logical replication does not carry large objects: {left.Count:N0} at the left, {right.Count:N0} at the right; they were not compared.")));
            return null;
        }

        if (!left.IsReadable || !right.IsReadable)
        {
            notes.Add(new(VerificationNoteKind.NotVerified, Name, string.Create(CultureInfo.InvariantCulture, $"There are {left.Count:N0} large objects at the left and {right.Count:N0} at the right, which this role may not read: pg_read_all_data may.")));
            return null;
        }

        var columns = (ComparedColumn[])[new("loid", new("loid", "loid")), new("pageno", new("pageno", "pageno")), new("data", new("data", "data"))];
        var isSameFile = relation == SideRelation.Replay;
        var blocks = Math.Max(left.Blocks, right.Blocks);
        return new TablePlan
        {
            Name = Name,
            From = new(Name, Name),
            Columns = columns,
            Blocks = blocks,
            EstimatedRows = blocks * 8192 / PageSize,
            Method = isSameFile ? TableMethod.Blocks : TableMethod.KeyRanges,
            MethodText = isSameFile ? "by place in the file" : "by ranges of loid, pageno",
            Key = isSameFile ? [new ComparedColumn("ctid", new("ctid", "ctid"))] : columns[..2],
            KeyTypes = isSameFile ? [] : ["oid", "integer"],
        };
    }
}

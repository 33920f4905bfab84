using System.Globalization;
using System.Numerics;
using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>
/// The statements of one table. A row's hash is PostgreSQL's 64-bit hash of the binary form of all its columns, with a number of this run: two rows that differ have the same one by a chance of 1 in 2^64, and another
/// run has other chances. The key is in the row, so that swapped values are another sum.
/// </summary>
internal sealed class TableSql(TablePlan plan, long seed, int maxCharacters)
{
    /// <summary>Of a value that is looked through for where it differs.</summary>
    private const int MostCharacters = 1_000_000;

    internal TablePlan Plan => plan;

    /// <summary>A row for the whole part.</summary>
    internal Both<Statement> Sums(Part part) => Statements(part, side => $"SELECT count(*), COALESCE(sum({RowHash(side)}), 0)::pg_catalog.text FROM {From(side, part)}");

    internal static RowSum ReadSum(NpgsqlDataReader row) => new(row.GetInt64(0), BigInteger.Parse(row.GetString(1), CultureInfo.InvariantCulture));

    /// <summary>A row for each bucket.</summary>
    internal Both<Statement> Buckets(Part part, int buckets) => Statements(part, side =>
        $"SELECT count(*), sum({RowHash(side)})::pg_catalog.text, {Bucket(side, buckets)} FROM {From(side, part)} GROUP BY 3");

    internal static (int Bucket, RowSum Sum) ReadBucket(NpgsqlDataReader row) => (row.GetInt32(2), ReadSum(row));

    /// <summary>A row for each of some buckets: its identity, what it is, its version.</summary>
    internal Statement List(Part part, Side side, int buckets, int[] wanted)
    {
        var condition = string.Create(CultureInfo.InvariantCulture, $"{From(side, part)} AND {Bucket(side, buckets)} = ANY (${part.Arguments.Count + 1})");
        var sql = plan.Key.Count > 0
            ? $"SELECT {Identity(side)}, {RowHash(side)}, xmin::pg_catalog.text::bigint FROM {condition}"
            : $"SELECT {RowHash(side)}, count(*), max(xmin::pg_catalog.text::bigint) FROM {condition} GROUP BY 1";
        return new Statement(sql, [.. part.Arguments, wanted]);
    }

    internal static (long Identity, RowState State) ReadState(NpgsqlDataReader row) => (row.GetInt64(0), new RowState(row.GetInt64(1), row.GetInt64(2)));

    /// <summary>Rows by their identity, with each column's text, cut, and the hash of its value.</summary>
    internal Both<Statement> Fetch(Part part, long[] identities) => Statements(part, side =>
    {
        var key = plan.Key.Count > 0 ? $"ARRAY[{Join(plan.Key.Select(k => $"pg_catalog.left({Quoted.Of(k.Name)}::pg_catalog.text, {maxCharacters})"))}]" : "ARRAY[]::pg_catalog.text[]";
        var distinct = plan.Key.Count > 0 ? "" : $"DISTINCT ON ({RowHash(side)}) ";
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT {distinct}{Identity(side)}, {key},
                   ARRAY[{Join(plan.Columns.Select(c => Cut(c.Shown[side])))}]::pg_catalog.text[], ARRAY[{Join(plan.Columns.Select(c => Hash([c.Expressions[side]])))}]::bigint[]
              FROM {From(side, part)} AND {Identity(side)} = ANY (${part.Arguments.Count + 1})
            """);
    }, identities);

    /// <summary>The value of one column of one row, whole up to a bound: as people read it, and its text.</summary>
    internal Both<Statement> Whole(Part part, long identity, ComparedColumn column) => Statements(part, side => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT pg_catalog.left({column.Shown[side]}, {MostCharacters}), pg_catalog.left({Quoted.Of(column.Name)}::pg_catalog.text, {MostCharacters}) FROM {From(side, part)} AND {Identity(side)} = ${part.Arguments.Count + 1} LIMIT 1
        """), identity);

    internal static (string Read, string Text) ReadWhole(NpgsqlDataReader row) => (row.IsDBNull(0) ? "" : row.GetString(0), row.IsDBNull(1) ? "" : row.GetString(1));

    internal static FetchedRow ReadRow(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetFieldValue<string[]>(1), row.GetFieldValue<string?[]>(2), row.GetFieldValue<long[]>(3));

    private static Both<Statement> Statements(Part part, Func<Side, string> sql, params IEnumerable<object> arguments)
    {
        object[] all = [.. part.Arguments, .. arguments];
        return new(new Statement(sql(Side.Left), all), new Statement(sql(Side.Right), all));
    }

    private string From(Side side, Part part) => (side == Side.Left ? plan.LeftFilter : plan.RightFilter) is { } filter ? $"{plan.From[side]} WHERE ({filter}) AND {part.Where}" : $"{plan.From[side]} WHERE {part.Where}";

    private string RowHash(Side side) => Hash(plan.Columns.Select(c => c.Expressions[side]));

    private string Identity(Side side) => plan.Key.Count > 0 ? Hash(plan.Key.Select(k => k.Expressions[side])) : RowHash(side);

    private string Bucket(Side side, int buckets) => string.Create(CultureInfo.InvariantCulture, $"({Identity(side)} & {buckets - 1})::pg_catalog.int4");

    private string Hash(IEnumerable<string> expressions) =>
        string.Create(CultureInfo.InvariantCulture, $"pg_catalog.hash_array_extended(ARRAY[pg_catalog.record_send(ROW({Join(expressions)}))], {seed})");

    private string Cut(string text) => string.Create(CultureInfo.InvariantCulture,
        $"CASE WHEN pg_catalog.length({text}) > {maxCharacters} THEN pg_catalog.left({text}, {maxCharacters}) || '…' ELSE {text} END");

    private static string Join(IEnumerable<string> texts) => string.Join(", ", texts);
}

using HaConnect.Operations;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class PlannerTests
{
    private static CatalogColumn Column(string name, string type = "int4", string? collation = "", bool isBuiltIn = true, char kind = 'b', string? send = "pg_catalog.int4send", bool isArray = false, string? builtInBase = null) =>
        new(name, type, isBuiltIn ? type : $"public.{type}", kind, isBuiltIn, isArray, send, builtInBase, collation, false);

    private static CatalogTable Table(IReadOnlyList<CatalogColumn> columns, params string[] key) => new()
    {
        Oid = 1,
        Schema = "public",
        Name = "t",
        Kind = 'r',
        Persistence = 'p',
        IsPartition = false,
        HasForeignPartition = false,
        IsHeap = true,
        EstimatedRows = 10,
        Blocks = 1,
        Columns = columns,
        Keys = key.Length == 0 ? [] : [new CatalogKey("t_pkey", key)],
    };

    [Fact]
    public void Of_TheSameFile_IsByItsBlocks() => Assert.Equal(TableMethod.Blocks, TablePlanner.Of(Table([Column("a")], "a"), Table([Column("a")], "a"), isSameFile: true).Method);

    [Theory]
    [InlineData("C", "C", nameof(TableMethod.KeyRanges))]
    [InlineData("i en 1", "i en 1", nameof(TableMethod.KeyRanges))]
    [InlineData("i en 1", "i en 2", nameof(TableMethod.KeyBuckets))] // another version of the library
    [InlineData(null, null, nameof(TableMethod.KeyBuckets))] // nobody knows
    public void Of_TextKey_IsByRangesOnlyWhereBothSortAlike(string? left, string? right, string expected)
    {
        CatalogTable Of(string? collation) => Table([Column("a", "text", collation)], "a");
        Assert.Equal(expected, TablePlanner.Of(Of(left), Of(right), isSameFile: false).Method.ToString());
    }

    [Fact]
    public void Of_KeysThatOneSideLacks_IsAsASet()
    {
        Assert.Equal(TableMethod.RowBuckets, TablePlanner.Of(Table([Column("a")], "a"), Table([Column("a")]), false).Method); // where it could be twice
        Assert.Equal(TableMethod.RowBuckets, TablePlanner.Of(Table([Column("a")]), Table([Column("a")], "a"), false).Method);
        Assert.Equal(TableMethod.RowBuckets, TablePlanner.Of(Table([Column("a"), Column("b")], "a", "b"), Table([Column("a"), Column("b")], "a"), false).Method);
        Assert.Equal(TableMethod.KeyBuckets, TablePlanner.Of(Table([Column("a"), Column("b")], "a", "b"), Table([Column("a"), Column("b")], "b", "a"), false).Method);
        Assert.Equal(TableMethod.KeyBuckets, TablePlanner.Of(Table([Column("a", "mood", isBuiltIn: false, kind: 'e')], "a"), Table([Column("a", "mood", isBuiltIn: false, kind: 'e')], "a"), false).Method); // an order of its own
    }

    [Fact]
    public void Of_ColumnsThatDiffer_AreTold()
    {
        var plan = TablePlanner.Of(Table([Column("a"), Column("b"), Column("c")], "a"), Table([Column("c", "int8"), Column("a"), Column("d")], "a"), false);
        Assert.Equal(["a", "c"], plan.Columns.Select(c => c.Name));
        Assert.Equal("\"c\"::pg_catalog.text", plan.Columns[1].Expressions.Right);
        Assert.Equal([VerificationNoteKind.Difference, VerificationNoteKind.Note, VerificationNoteKind.Note], plan.Notes.Select(n => n.Kind));
    }

    [Fact]
    public void ColumnMatch_EachKindOfType_HasAFormThatMeansTheSameElsewhere()
    {
        Assert.Equal("\"x\"", Form(Column("x")));
        Assert.Equal("\"x\"::pg_catalog.text", Form(Column("x", "aclitem", send: null)));
        Assert.Equal("\"x\"::pg_catalog.text", Form(Column("x", "regclass")));
        Assert.Equal("public.hstore_send(\"x\")", Form(Column("x", "hstore", isBuiltIn: false, send: "public.hstore_send")));
        Assert.Equal("pg_catalog.enum_send(\"x\")", Form(Column("x", "mood", isBuiltIn: false, kind: 'e', send: "pg_catalog.enum_send")));
        Assert.Equal("\"x\"::pg_catalog.text", Form(Column("x", "_mood", isBuiltIn: false, isArray: true)));
        Assert.Equal("\"x\"::pg_catalog.text", Form(Column("x", "pair", isBuiltIn: false, kind: 'c')));
        Assert.Equal("\"x\"::integer", Form(Column("x", "small", isBuiltIn: false, kind: 'd', builtInBase: "integer")));

        static string Form(CatalogColumn column) => ColumnMatch.Of(column, column).Expressions.Left;
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("public.orders", true)]
    [InlineData("pub*.ord*", true)]
    [InlineData("Orders", false)]
    [InlineData("other.orders", false)]
    public void Includes_Pattern_IsOfTheTableOrOfBoth(string pattern, bool expected) => Assert.Equal(expected, new NamePattern(new VerificationOptions { Tables = { pattern } }).Includes("public", "orders"));

    [Fact]
    public void Includes_Partition_GoesWithItsTable()
    {
        var partition = Table([]) with { Name = "orders_2026", IsPartition = true, Root = ["public", "orders"] };
        Assert.True(new NamePattern(new VerificationOptions { Tables = { "orders" } }).Includes(partition));
        Assert.False(new NamePattern(new VerificationOptions { ExcludedTables = { "orders" } }).Includes(partition));
        Assert.False(new NamePattern(new VerificationOptions { ExcludedSchemas = { "pub*" } }).Includes(partition));
        Assert.False(new NamePattern(new VerificationOptions { Tables = { "customers" } }).Includes(partition));
    }
}

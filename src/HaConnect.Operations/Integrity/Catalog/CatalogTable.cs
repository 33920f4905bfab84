namespace HaConnect.Operations.Integrity;

/// <summary>A table, as a side has it.</summary>
internal sealed record CatalogTable
{
    public required long Oid { get; init; }

    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary><c>pg_class.relkind</c>: r, p, m, f.</summary>
    public required char Kind { get; init; }

    /// <summary><c>pg_class.relpersistence</c>: p, u.</summary>
    public required char Persistence { get; init; }

    public required bool IsPartition { get; init; }

    public required bool HasForeignPartition { get; init; }

    /// <summary>Whether its rows are in a heap, of which ranges can be read.</summary>
    public required bool IsHeap { get; init; }

    /// <summary>By the statistics; of a partitioned table those of its partitions.</summary>
    public required long EstimatedRows { get; init; }

    /// <summary>Of its file; of a partitioned table that of its largest partition.</summary>
    public required long Blocks { get; init; }

    /// <summary>Schema and name of the partitioned table that a partition belongs to; empty where it is none.</summary>
    public IReadOnlyList<string> Root { get; init; } = [];

    /// <summary>The full names of all partitioned tables that it belongs to.</summary>
    public IReadOnlyList<string> Ancestors { get; init; } = [];

    /// <summary>The lower half of the transaction that made it.</summary>
    public long MadeBy { get; init; }

    /// <summary>The extension that it belongs to; null where it belongs to none.</summary>
    public string? Extension { get; init; }

    /// <summary>Of an extension's table whether pg_dump takes rows of it along, as of one that the application adds rows to.</summary>
    public bool IsDumped { get; init; }

    /// <summary>Which rows those are, as pg_dump writes it behind the table's name; empty for all.</summary>
    public string DumpCondition { get; init; } = "";

    public IReadOnlyList<CatalogColumn> Columns { get; init; } = [];

    /// <summary>The primary key first.</summary>
    public IReadOnlyList<CatalogKey> Keys { get; init; } = [];

    internal string FullName => $"{Schema}.{Name}";

    /// <summary>As FROM takes it: without the tables that inherit from it, which are tables of their own; with its partitions.</summary>
    internal string From => Kind == 'p' ? $"{Quoted.Of(Schema)}.{Quoted.Of(Name)}" : $"ONLY {Quoted.Of(Schema)}.{Quoted.Of(Name)}";
}

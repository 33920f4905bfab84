namespace HaConnect.Operations.Integrity;

/// <summary>How a table is compared.</summary>
internal sealed record TablePlan
{
    public required string Name { get; init; }

    public required Both<string> From { get; init; }

    public required TableMethod Method { get; init; }

    /// <summary>How its rows are paired, for people.</summary>
    public required string MethodText { get; init; }

    public required IReadOnlyList<ComparedColumn> Columns { get; init; }

    /// <summary>What identifies a row; empty where nothing does.</summary>
    public required IReadOnlyList<ComparedColumn> Key { get; init; }

    /// <summary>The types of the key's columns, for bounds.</summary>
    public IReadOnlyList<string> KeyTypes { get; init; } = [];

    public required long EstimatedRows { get; init; }

    /// <summary>Of the larger file of the two.</summary>
    public required long Blocks { get; init; }

    /// <summary>Which rows of the left side are compared, such as those that the right one has at all; null for all.</summary>
    public string? LeftFilter { get; init; }

    /// <summary>Which rows of the right side are compared; null for all.</summary>
    public string? RightFilter { get; init; }

    public IReadOnlyList<VerificationNote> Notes { get; init; } = [];

    /// <summary>What has to be the same for a later run to go on where this one ended.</summary>
    internal string Signature => $"{Name} {Method} {string.Join(',', Key.Select(k => k.Name))} {string.Join(',', Columns.Select(c => $"{c.Name}={c.Expressions.Left}={c.Expressions.Right}"))} {LeftFilter}{(RightFilter is null ? "" : $" {RightFilter}")}";
}

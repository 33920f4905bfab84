namespace HaConnect.Operations.Reports;

/// <param name="Columns">Their names; one that begins with <c>#</c> holds numbers, and is written to the right without that sign. All empty for a table of facts: name and value.</param>
/// <param name="Rows">A cell for each column.</param>
internal sealed record ReportTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : ReportBlock
{
    internal bool HasHeader => Columns.Any(c => c.Length > 0);

    /// <summary>Name and value, a row each.</summary>
    internal static ReportTable Facts(params IReadOnlyList<(string Name, string Value)> facts) => new(["", ""], [.. facts.Select(f => (IReadOnlyList<string>)[f.Name, f.Value])]);
}

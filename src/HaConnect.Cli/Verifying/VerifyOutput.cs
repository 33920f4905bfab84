using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using HaConnect.Operations.Integrity;
using Spectre.Console;

namespace HaConnect.Cli.Verifying;

/// <summary>Prints reports.</summary>
internal static class VerifyOutput
{
    internal static void Print(Terminal terminal, IReadOnlyList<VerificationReport> reports, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, new VerifyDocument(VerificationJson.SchemaVersion, [.. reports.Select(ReportJson.Of)]), j => j.VerifyDocument);
            return;
        }

        if (format == OutputFormat.Csv)
        {
            Csv.Write(terminal.Output, ["left", "right", "table", "method", "rows", "different", "in_flux", "unjudged", "changed_since", "taken_over", "seconds"]);
            foreach (var report in reports)
            {
                foreach (var t in report.Tables)
                    Csv.Write(terminal.Output, [report.Left, report.Right, t.Name, t.Method, Number(t.Rows), Number(t.DifferentRows), Number(t.InFlux), Number(t.Unjudged), Number(t.ChangedSince), Number(t.TakenOver), t.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)]);
            }

            return;
        }

        foreach (var report in reports)
            Print(terminal, report);
    }

    private static void Print(Terminal terminal, VerificationReport report)
    {
        var colour = report.Verdict switch { VerificationVerdict.Met => "green", VerificationVerdict.NotMet => "red", _ => "yellow" };
        terminal.Console.Write(new Markup($"[{colour}]{Markup.Escape(report.ToString())}[/]\n"));
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["table", "compared", "rows", "different", "not judged", "seconds"])
            table.AddColumn(new TableColumn(column) { NoWrap = true, Alignment = column is "table" or "compared" ? Justify.Left : Justify.Right });
        foreach (var t in report.Tables)
            table.AddRow(new Text(t.Name), new Text(t.Method), new Text(Number(t.Rows)), new Text(Number(t.DifferentRows)), new Text(Number(t.InFlux + t.Unjudged)), new Text(t.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)));
        terminal.Console.Write(table);
        foreach (var t in report.Tables)
        {
            foreach (var row in t.Shown)
                terminal.Output.WriteLine(Line(t.Name, row, report.ShowsValues));
        }

        foreach (var note in report.Notes)
            terminal.Output.WriteLine($"{VerificationDocument.Word(note.Kind)}: {(note.Table is { } of ? $"{of}: " : "")}{note.Text}");
        terminal.Output.WriteLine(report.Relation);
    }

    internal static string Line(string table, RowDifference row, bool showsValues)
    {
        var columns = row.Kind == RowDifferenceKind.Changed
            ? string.Join("; ", row.Columns.Select(c => showsValues ? $"{c.Column} {c.Left ?? "NULL"} | {c.Right ?? "NULL"}" : c.Column))
            : showsValues ? string.Join(", ", row.Columns.Select(c => $"{c.Column}={(row.Kind == RowDifferenceKind.Missing ? c.Left : c.Right) ?? "NULL"}")) : "";
        return $"{table}: {VerificationDocument.Word(row.Kind)}: {row.Key}{(row.Key.Length > 0 && columns.Length > 0 ? ": " : "")}{columns}".ReplaceLineEndings(" ");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Text;

namespace HaConnect.Operations.Reports;

/// <summary>A report as Markdown (GitHub's, for its tables).</summary>
internal static class MarkdownReport
{
    /// <summary>What Markdown would take for markup in the middle of a text.</summary>
    private const string Special = "\\`*_[]<>|#~";

    internal static string Write(ReportDocument report)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Text(report.Title)).Append("\n\n**").Append(Text(report.Verdict)).Append("**\n");
        foreach (var section in report.Sections)
        {
            text.Append("\n## ").Append(Text(section.Heading)).Append('\n');
            foreach (var block in section.Blocks)
                Append(text.Append('\n'), block);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ReportBlock block)
    {
        switch (block)
        {
            case ReportParagraph paragraph:
                text.Append(paragraph.IsForPeopleToFillIn ? $"> _To fill in:_ {Text(paragraph.Text)}\n" : $"{Text(paragraph.Text)}\n");
                break;
            case ReportList list:
                foreach (var item in list.Items)
                    text.Append("- ").Append(Text(item)).Append('\n');
                break;
            case ReportTable table:
                Row(table.Columns.Select(c => Text(c.TrimStart('#'))));
                Row(table.Columns.Select(c => c.StartsWith('#') ? "--:" : "---"));
                foreach (var row in table.Rows)
                    Row(row.Select(Text));
                break;
            case ReportChart chart:
                text.Append('_').Append(Text(chart.InWords)).Append("_\n");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block, null);
        }

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    private static string Text(string plain)
    {
        var text = new StringBuilder(plain.Length);
        foreach (var c in plain.ReplaceLineEndings(" "))
            (Special.Contains(c, StringComparison.Ordinal) ? text.Append('\\') : text).Append(c);
        return text.ToString();
    }
}

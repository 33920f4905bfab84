using System.Net;
using System.Text;

namespace HaConnect.Operations.Reports;

/// <summary>A report as one HTML page that loads nothing and runs nothing: it can be mailed, archived and printed.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --text: #1d2330; --dim: #5b6475; --line: #d9dee7; --back: #ffffff; --good: #14713f; --bad: #b3261e; --fill: #fff6d6; --accent: #2457a6; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --dim: #a3adbd; --line: #39414f; --back: #14181f; --good: #5fd08f; --bad: #ff8a80; --fill: #3d3512; --accent: #8ab4f8; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        .verdict { font-weight: 600; padding: .6rem .9rem; border-left: .3rem solid var(--dim); } .good { border-color: var(--good); color: var(--good); } .bad { border-color: var(--bad); color: var(--bad); }
        .fill { background: var(--fill); padding: .5rem .8rem; } .scroll { overflow-x: auto; }
        table { border-collapse: collapse; margin: .5rem 0; } th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        th { color: var(--dim); font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
        figure { margin: 1rem 0; } figcaption { color: var(--dim); } svg { max-width: 100%; height: auto; }
        @media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; } }
        """;

    internal static string Write(ReportDocument report)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(Text(report.Title))
            .Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>").Append(Text(report.Title)).Append("</h1>\n<p class=\"verdict")
            .Append(report.IsGood switch { true => " good", false => " bad", null => "" }).Append("\">").Append(Text(report.Verdict)).Append("</p>\n");
        foreach (var section in report.Sections)
        {
            page.Append("<section>\n<h2>").Append(Text(section.Heading)).Append("</h2>\n");
            foreach (var block in section.Blocks)
                Append(page, block);
            page.Append("</section>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder page, ReportBlock block)
    {
        switch (block)
        {
            case ReportParagraph paragraph:
                page.Append(paragraph.IsForPeopleToFillIn ? "<p class=\"fill\">" : "<p>").Append(Text(paragraph.Text)).Append("</p>\n");
                break;
            case ReportList list:
                page.Append("<ul>\n");
                foreach (var item in list.Items)
                    page.Append("<li>").Append(Text(item)).Append("</li>\n");
                page.Append("</ul>\n");
                break;
            case ReportTable table:
                Append(page, table);
                break;
            case ReportChart chart:
                page.Append("<figure>\n").Append(chart.Svg).Append("\n<figcaption>").Append(Text(chart.InWords)).Append("</figcaption>\n</figure>\n");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block, null);
        }
    }

    private static void Append(StringBuilder page, ReportTable table)
    {
        page.Append("<div class=\"scroll\"><table>\n");
        if (table.HasHeader)
            Row(table.Columns.Select(c => c.TrimStart('#')), _ => "th");
        foreach (var row in table.Rows)
            Row(row, column => !table.HasHeader && column == 0 ? "th" : "td");
        page.Append("</table></div>\n");

        void Row(IEnumerable<string> cells, Func<int, string> element)
        {
            page.Append("<tr>");
            foreach (var (column, cell) in cells.Index())
            {
                var name = element(column);
                page.Append('<').Append(name).Append(table.Columns[column].StartsWith('#') ? " class=\"n\">" : ">").Append(Text(cell)).Append("</").Append(name).Append('>');
            }

            page.Append("</tr>\n");
        }
    }

    private static string Text(string plain) => WebUtility.HtmlEncode(plain);
}

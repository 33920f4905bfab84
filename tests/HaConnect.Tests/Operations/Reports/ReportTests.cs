using System.Xml.Linq;
using HaConnect.Operations.Reports;

namespace HaConnect.Tests.Operations.Reports;

public sealed class ReportTests
{
    private static readonly ReportDocument s_report = new("Drill of <main>", "It passed | with 0 lost & nothing failed.", true,
        new ReportSection("What *happened*",
            new ReportParagraph("One line\nand another."),
            new ReportParagraph("What was the impact?", IsForPeopleToFillIn: true),
            new ReportList("first", "second"),
            new ReportTable(["node", "#rows"], [["n1", "3"], ["n2|x", "4"]]),
            ReportTable.Facts(("recovery", "0.5 s")),
            new ReportChart("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "A gap of 0.5 s.")));

    [Fact]
    public void Markdown_EveryBlock_IsWrittenAndEscaped() => Assert.Equal(
        """
        # Drill of \<main\>

        **It passed \| with 0 lost & nothing failed.**

        ## What \*happened\*

        One line and another.

        > _To fill in:_ What was the impact?

        - first
        - second

        | node | rows |
        | --- | --: |
        | n1 | 3 |
        | n2\|x | 4 |

        |  |  |
        | --- | --- |
        | recovery | 0.5 s |

        _A gap of 0.5 s._

        """.ReplaceLineEndings("\n"), MarkdownReport.Write(s_report));

    [Fact]
    public void Html_EveryBlock_IsWellFormedAndEscaped()
    {
        var html = HtmlReport.Write(s_report);
        // What stands in the body is written so that XML takes it too.
        var body = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        Assert.Equal("Drill of <main>", body.Element("h1")!.Value);
        Assert.Equal(["n1", "3"], body.Descendants("table").First().Elements("tr").ElementAt(1).Elements("td").Select(c => c.Value));
        Assert.Equal("n", (string?)body.Descendants("td").First(c => c.Value == "3").Attribute("class"));
        Assert.Equal("recovery", body.Descendants("table").Last().Descendants("th").Single().Value);
        Assert.Single(body.Descendants("{http://www.w3.org/2000/svg}svg"));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", html, StringComparison.OrdinalIgnoreCase);
    }
}

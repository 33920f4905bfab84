using System.CommandLine;

namespace HaConnect.Cli.Backups;

/// <summary><c>--html</c> and <c>--markdown</c>: a report beside what is printed.</summary>
internal sealed class ReportFiles
{
    private readonly Option<FileInfo?> _html = new("--html") { Description = "Write the report into this file, as a page that loads nothing else." };
    private readonly Option<FileInfo?> _markdown = new("--markdown") { Description = "Write the report into this file, as Markdown." };

    internal IEnumerable<Option> All => [_html, _markdown];

    internal async Task WriteAsync(ParseResult parsed, Func<string> html, Func<string> markdown, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_html) is { } page)
            await File.WriteAllTextAsync(page.FullName, html(), cancellationToken);
        if (parsed.GetValue(_markdown) is { } text)
            await File.WriteAllTextAsync(text.FullName, markdown(), cancellationToken);
    }
}

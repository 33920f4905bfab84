using System.Text.RegularExpressions;

namespace HaConnect.Tests.Documentation;

public sealed partial class LinkTests
{
    [Fact]
    public void Links_OfEveryPage_LeadToAFileAndAHeading()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "HaConnect.sln")))
            root = root.Parent!;
        string[] pages = [Path.Combine(root.FullName, "README.md"), .. Directory.GetFiles(Path.Combine(root.FullName, "docs"), "*.md", SearchOption.AllDirectories)];
        var links = pages.SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(m => (Page: page, To: m.Groups["to"].Value, Anchor: m.Groups["anchor"].Value))).ToList();
        Assert.True(links.Count > 100, $"only {links.Count} links were found");
        var broken = links.Where(l => !Leads(l.Page, l.To, l.Anchor)).Select(l => $"{Path.GetRelativePath(root.FullName, l.Page)}: {l.To}{(l.Anchor.Length > 0 ? "#" : "")}{l.Anchor}").ToList();
        Assert.True(broken.Count == 0, $"these lead nowhere: {string.Join("; ", broken)}");
    }

    private static bool Leads(string page, string to, string anchor)
    {
        var target = to.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, to));
        if (!File.Exists(target))
            return Directory.Exists(target) && anchor.Length == 0;
        if (anchor.Length == 0 || Path.GetExtension(target) != ".md")
            return true;
        var text = File.ReadAllText(target);
        return text.Contains($"<a id=\"{anchor}\">", StringComparison.Ordinal) || Heading().Matches(text).Any(m => AnchorOf(m.Groups["heading"].Value) == anchor);
    }

    /// <summary>As GitHub makes it of a heading.</summary>
    private static string AnchorOf(string heading) => NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<to>[^()#:\s]*)(#(?<anchor>[^()\s]+))?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<heading>.+?)\s*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 1000)]
    private static partial Regex NoAnchor();
}

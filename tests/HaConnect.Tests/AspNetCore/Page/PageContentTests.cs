using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using HaConnect.AspNetCore.Page.Web;

namespace HaConnect.Tests.AspNetCore.Page;

public sealed partial class PageContentTests
{
    private readonly string _html = Encoding.UTF8.GetString(PageContent.Shared.Html);

    [Fact]
    public void Policy_HashesOfStyleAndScript_AreThoseOfThePage()
    {
        Assert.Contains($"style-src 'sha256-{Hash(Style())}'", PageContent.Shared.Policy, StringComparison.Ordinal);
        Assert.Contains($"script-src 'sha256-{Hash(Script())}'", PageContent.Shared.Policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", PageContent.Shared.Policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_Everything_IsInIt()
    {
        var withoutNames = _html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal); // a name, and no address
        Assert.DoesNotContain("http://", withoutNames, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", withoutNames, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", _html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", _html, StringComparison.Ordinal); // the policy would not allow it
        Assert.DoesNotMatch(Markup(), _html);
    }

    private string Style() => _html.Split("<style>")[1].Split("</style>")[0];

    private string Script() => _html.Split("<script>")[1].Split("</script>")[0];

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whatever would take text for markup or for a script.</summary>
    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Markup();
}

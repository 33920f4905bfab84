using HaConnect.AspNetCore.Page.Web;

namespace HaConnect.Tests.AspNetCore.Page;

public sealed class SameOriginTests
{
    [Theory]
    [InlineData("1", "same-origin", "https://ha.example", "https", "ha.example", true)]
    [InlineData("1", "same-origin", "https://ha.example", "http", "ha.example", true)] // a proxy ends TLS
    [InlineData("1", null, "http://ha.example:8080", "http", "ha.example:8080", true)] // no fetch metadata without TLS
    [InlineData("1", null, "http://ha.example", "http", "ha.example:80", true)]
    [InlineData("1", null, "http://[::1]:5000", "http", "[::1]:5000", true)]
    [InlineData("1", "same-origin", null, "http", "ha.example", true)]
    [InlineData("1", null, "https://ha.example", "http", "ha.example", false)]
    [InlineData("1", "same-site", "https://evil.example", "https", "ha.example", false)]
    [InlineData("1", "cross-site", "https://ha.example", "https", "ha.example", false)]
    [InlineData("1", "none", null, "https", "ha.example", false)]
    [InlineData("1", "same-origin", "https://evil.example", "https", "ha.example", false)]
    [InlineData("1", null, "https://ha.example.evil.example", "https", "ha.example", false)]
    [InlineData("1", null, "https://ha.example:8443", "https", "ha.example", false)]
    [InlineData("1", null, "null", "https", "ha.example", false)] // a sandboxed frame, a file
    [InlineData("1", null, null, "https", "ha.example", false)]
    [InlineData(null, "same-origin", "https://ha.example", "https", "ha.example", false)] // a form cannot send the header
    [InlineData("0", "same-origin", "https://ha.example", "https", "ha.example", false)]
    [InlineData("several values", "same-origin", "https://ha.example", "https", "ha.example", false)]
    public void WhyRefused_Headers_OnlyThePageItselfPasses(string? header, string? site, string? origin, string scheme, string host, bool passes) =>
        Assert.Equal(passes, SameOrigin.WhyRefused(header, site, origin, scheme, host) is null);
}

using System.Text.Json;
using HaConnect.WebTests.Page.Browser;

namespace HaConnect.WebTests.Page;

/// <summary>What needs a browser, but no PostgreSQL.</summary>
public sealed class WithoutServersTests
{
    private const string Hostile = "<img/src=x/onerror=window.pwned=1>";
    private const string HostileToo = "</td><script>window.pwned=1</script>";

    [Fact]
    public async Task Names_ThatAreMarkup_AreShownAsText()
    {
        await using var application = await PageApplication.StartWithoutServersAsync(null, Hostile, HostileToo);
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilTextAsync("#nodes", Hostile);
        await page.UntilTextAsync("#nodes", HostileToo);
        await page.UntilTextAsync("#quorum", HostileToo);
        await page.UntilTextAsync("#decisions", "cannot be reached");
        Assert.Equal([Hostile, HostileToo], (await page.ColumnAsync("Role")).Keys);
        Assert.True(await page.AskAsync<bool>("window.pwned === undefined && document.querySelector('main img, main script') === null"));
        Assert.Empty(page.Complaints);

        // And were there a script, the page's policy would not let it run; the browser complains of just that.
        Assert.True(await page.AskAsync<bool>("(() => { const s = document.createElement('script'); try { s.text = 'window.pwned=1'; } catch { } document.body.append(s); return window.pwned === undefined; })()"));
        Assert.NotEmpty(page.Complaints);
    }

    [Fact]
    public async Task Application_StopsAndComesBack_ThePageSaysSinceWhenAndGoesOnByItself()
    {
        var application = await PageApplication.StartWithoutServersAsync();
        var port = application.Address.Port;
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilAsync("live", "document.body.dataset.link === 'live'");
        Assert.True(await page.AskAsync<bool>("document.getElementById('lost').hidden && getComputedStyle(document.querySelector('main')).filter === 'none'"));

        await application.DisposeAsync();
        await page.UntilAsync("disconnected", "document.body.dataset.link === 'lost'");
        Assert.Matches(@"^Disconnected since \d\d:\d\d:\d\d\. What is shown is as it was then\.", await page.TextAsync("#lost"));
        Assert.Equal("grayscale(1)", await page.AskAsync<string>("getComputedStyle(document.querySelector('main')).filter"));
        await page.SaveAsync("disconnected-light");
        Poor(await page.AskAsync<JsonElement>("lens.poorContrast()"));

        await using var again = await PageApplication.StartWithoutServersAsync(new() { Port = port });
        await page.UntilAsync("live again", "document.body.dataset.link === 'live' && document.getElementById('lost').hidden");
    }

    internal static void Poor(JsonElement contrast)
    {
        Assert.True(contrast.GetProperty("looked").GetInt32() > 20, "texts were looked at");
        Assert.Equal("", string.Join('\n', contrast.GetProperty("poor").EnumerateArray().Select(p => p.GetString())));
    }
}

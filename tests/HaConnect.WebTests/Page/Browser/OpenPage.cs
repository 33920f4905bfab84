using System.Collections.Concurrent;
using System.Text.Json;
using HaConnect.ClusterTests;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace HaConnect.WebTests.Page.Browser;

/// <summary>The topology page in a browser of its own, with all that it asked for and complained about.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private static readonly string s_lens = Read("lens.js");

    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _complaints = new();

    private OpenPage(IBrowser browser, IPage page) => (_browser, Page) = (browser, page);

    internal IPage Page { get; }

    internal IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Console errors, and exceptions that nothing caught.</summary>
    internal IReadOnlyCollection<string> Complaints => _complaints;

    internal static async Task<OpenPage> OpenAsync(Uri address, string? user = null)
    {
        var browser = await Chromium.LaunchAsync();
        try
        {
            var page = await browser.NewPageAsync();
            var open = new OpenPage(browser, page);
            page.Request += (_, e) => open._requests.Enqueue(e.Request.Url);
            page.PageError += (_, e) => open._complaints.Enqueue(e.Message ?? "");
            page.Console += (_, e) =>
            {
                if (e.Message.Type is ConsoleType.Error or ConsoleType.Warning)
                    open._complaints.Enqueue(e.Message.Text ?? "");
            };
            await page.SetViewportAsync(new ViewPortOptions { Width = 1280, Height = 900 });
            if (user is not null)
                await page.SetExtraHttpHeadersAsync(new Dictionary<string, string> { [TestUsers.Header] = user });
            await page.EvaluateExpressionOnNewDocumentAsync(s_lens);
            await page.GoToAsync(address.ToString(), new NavigationOptions { WaitUntil = [WaitUntilNavigation.DOMContentLoaded], Timeout = 60_000 });
            return open;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an expression is in the page.</summary>
    internal Task<T> AskAsync<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    internal Task<string> TextAsync(string selector) => AskAsync<string>($"document.querySelector({JsonSerializer.Serialize(selector)})?.textContent ?? ''");

    internal Task UntilAsync(string what, string condition, TimeSpan? timeout = null) => ClusterTest.UntilAsync($"{what} ({condition})", async () => await AskAsync<bool>(condition), timeout ?? TimeSpan.FromSeconds(60));

    internal Task UntilTextAsync(string selector, string text) =>
        UntilAsync($"'{text}' in {selector}", $"(document.querySelector({JsonSerializer.Serialize(selector)})?.textContent ?? '').includes({JsonSerializer.Serialize(text)})");

    /// <summary>One column of the table, by node.</summary>
    internal async Task<Dictionary<string, string>> ColumnAsync(string column) =>
        await AskAsync<Dictionary<string, string>>($"Object.fromEntries([...document.querySelectorAll('#nodes tbody tr')].map(r => [r.dataset.node, r.querySelector('td[data-of=\"{column}\"]').textContent]))");

    internal async Task LookAsync(bool isDark = false, int width = 1280, int height = 900)
    {
        await Page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = isDark ? "dark" : "light" }]);
        await Page.SetViewportAsync(new ViewPortOptions { Width = width, Height = height });
        await UntilAsync("the picture at this width", "(s => s !== null && Math.abs(s.viewBox.baseVal.width - document.getElementById('picture').clientWidth) <= 1)(document.querySelector('#picture svg'))");
    }

    internal Task SaveAsync(string name, bool isWhole = true) => Page.ScreenshotAsync(Artifacts.Screenshot(name), new ScreenshotOptions { FullPage = isWhole });

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(OpenPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

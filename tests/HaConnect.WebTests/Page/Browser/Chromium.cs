using PuppeteerSharp;

namespace HaConnect.WebTests.Page.Browser;

/// <summary>A headless Chromium of the machine: <c>HACONNECT_BROWSER</c>, the PATH, or what <c>eng/install-browser.sh</c> has unpacked. Skips the test where there is none.</summary>
internal static class Chromium
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    internal static async Task<IBrowser> LaunchAsync()
    {
        var path = Find();
        Assert.SkipWhen(path is null, "no Chromium was found: bash eng/install-browser.sh installs one, or HACONNECT_BROWSER names it");
        List<string> arguments = ["--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
        if (Environment.UserName == "root" || path!.Contains("artifacts", StringComparison.Ordinal))
            arguments.Add("--no-sandbox"); // root may not have one, and what was unpacked has no helper for it
        return await Puppeteer.LaunchAsync(new LaunchOptions { ExecutablePath = path, Headless = true, Args = [.. arguments], Timeout = 120_000 });
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HACONNECT_BROWSER") is { Length: > 0 } given)
            return given;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin");
        return s_names.SelectMany(n => folders.Select(f => Path.Combine(f, n))).Append(Path.Combine(Artifacts.Folder, "browser", "chromium")).FirstOrDefault(File.Exists);
    }
}

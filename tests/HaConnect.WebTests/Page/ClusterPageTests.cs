using System.Globalization;
using System.Text.Json;
using HaConnect.ClusterTests;
using HaConnect.Testing;
using HaConnect.WebTests.Page.Browser;
using PuppeteerSharp.Input;

namespace HaConnect.WebTests.Page;

/// <summary>The page of a real cluster, in a real browser, held against what the servers say themselves.</summary>
public sealed class ClusterPageTests : ClusterTest
{
    [Fact]
    public async Task Page_HealthyCluster_ShowsWhatTheServersSay()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilTextAsync("#headline", "Writes go to n1; every node is well");

        await AssertAgreesAsync(page, cluster);
        await page.UntilTextAsync("#coordinator", "is the coordinator");
        await page.UntilTextAsync("#quorum", "Any 1 of n1, n2, n3 may be lost now, and writes go on (after a failover, where it is the primary).");
        Assert.Equal("n1", await page.TextAsync("#fact-primary"));
        Assert.Equal(["n1>n2", "n1>n3"], (await page.AskAsync<string[]>("[...document.querySelectorAll('#picture .link-of')].map(l => `${l.dataset.from}>${l.dataset.to}`)")).Order(StringComparer.Ordinal));

        // No button where none is turned on, nothing from elsewhere, nothing to complain of.
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('#actions button').length"));
        Assert.All(page.Requests, r => Assert.True(r.StartsWith(application.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal) || r.StartsWith("data:", StringComparison.Ordinal), r));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Page_LightDarkAndPhone_CanBeReadAndReachedByKeyboard()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster, PageApplication.Setup.WithActions);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page, "dba");
        await page.UntilTextAsync("#headline", "every node is well");
        foreach (var (name, isDark, width) in new[] { ("light", false, 1280), ("dark", true, 1280), ("phone-light", false, 320), ("phone-dark", true, 320) })
        {
            await page.LookAsync(isDark, width);
            await page.SaveAsync($"healthy-{name}");
            WithoutServersTests.Poor(await page.AskAsync<JsonElement>("lens.poorContrast()"));
            Assert.True(await page.AskAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"nothing has to be moved sideways: {name}");
        }

        // The picture and the charts are also in words.
        Assert.Contains("n2 receives from n1", await page.AskAsync<string>("document.querySelector('#picture svg').getAttribute('aria-label')"), StringComparison.Ordinal);
        Assert.Equal(4, await page.AskAsync<int>("[...document.querySelectorAll('.chart svg[role=img]')].filter(s => (s.getAttribute('aria-label') ?? '').includes('now')).length"));
        Assert.Equal("polite", await page.AskAsync<string>("document.getElementById('live').getAttribute('aria-live')"));

        await page.LookAsync();
        var seen = new List<string>();
        for (var i = 0; i < 12 && !(seen.Contains("do-pause") && seen.Count > 4); i++)
        {
            await page.Page.Keyboard.PressAsync(Key.Tab);
            var focus = await page.AskAsync<JsonElement>("lens.focus()");
            if (focus.GetProperty("what").GetString() is { } what and not "body")
            {
                seen.Add(what);
                Assert.True(focus.GetProperty("visible").GetBoolean(), $"the focus on {what} can be seen");
            }
        }

        Assert.Equal(["skip", "do-switchover", "do-pause"], seen.Take(3));
        await page.AskAsync<bool>("document.getElementById('do-switchover').focus() ?? true");
        await page.Page.Keyboard.PressAsync(Key.Enter);
        await page.UntilAsync("the dialog", "document.getElementById('dialog').open && document.activeElement.closest('dialog') !== null");
        WithoutServersTests.Poor(await page.AskAsync<JsonElement>("lens.poorContrast()"));
        await page.SaveAsync("switchover-dialog-light", isWhole: false);
        await page.Page.Keyboard.PressAsync(Key.Escape);
        await page.UntilAsync("the focus back", "!document.getElementById('dialog').open && document.activeElement.id === 'do-switchover'");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Page_StandbyStopsAndAnotherFallsBehind_ShowsItWithinASecondOfTheSnapshot()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilTextAsync("#headline", "every node is well");

        var inSnapshot = WhenInSnapshot(application.Database, s => s["n3"]!.Reachability == NodeReachability.Unreachable);
        await AwaitAsync(page, "stopped", "document.querySelector('tr[data-node=n3] td[data-of=Answers]').textContent === 'no'");
        await cluster["n3"].StopAsync(cancellationToken: Cancelled);
        await AssertShownAsync(page, "stopped", "a standby stopped", await inSnapshot);
        await page.UntilTextAsync("#quorum", "Not possible now");
        await page.SaveAsync("standby-stopped-light");
        await cluster["n3"].StartAsync(Cancelled);
        await page.UntilTextAsync("#headline", "every node is well");

        // Replay stands still, and what is written meanwhile is not to be seen there.
        const long far = 1_000_000;
        inSnapshot = WhenInSnapshot(application.Database, s => s["n2"]!.Lag is { Bytes: > far });
        await AwaitAsync(page, "behind", "/, [0-9.]+ MiB/.test(document.querySelector('tr[data-node=n2] td[data-of=Lag]').textContent)");
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_pause()", Cancelled);
        await cluster["n1"].ExecuteAsync("CREATE TABLE much AS SELECT g, repeat('x', 200) AS filler FROM generate_series(1, 20000) AS g", Cancelled);
        await AssertShownAsync(page, "behind", "a standby behind", await inSnapshot);
        await page.UntilAsync("the lag grows beyond its bound", "/at most ([2-9]|[1-9][0-9.]+)(\\.\\d+)? s/.test(document.querySelector('tr[data-node=n2] td[data-of=Lag]').textContent)");
        await page.UntilTextAsync("#headline", "Writes go to n1; n2 needs attention");
        await page.SaveAsync("standby-behind-light");
        await cluster["n2"].ExecuteAsync("SELECT pg_wal_replay_resume()", Cancelled);
        await page.UntilTextAsync("#headline", "every node is well");
        await AssertAgreesAsync(page, cluster);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Page_PrimaryKilled_ShowsTheFailoverAsItHappens()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilTextAsync("#headline", "every node is well");
        await SaveAllAsync(page, "failover-1-before");
        await page.AskAsync<bool>("lens.watch(['#fact-primary', '#fact-term', '#headline']) ?? true");
        var lost = WhenInSnapshot(application.Database, s => s.Primary is null);
        var found = WhenInSnapshot(application.Database, s => s.Primary is { Name: not "n1" });
        await AwaitAsync(page, "lost", "document.getElementById('fact-primary').textContent === 'none'");
        await AwaitAsync(page, "found", "['n2', 'n3'].includes(document.getElementById('fact-primary').textContent)");

        await cluster["n1"].KillAsync(Cancelled);
        await page.UntilAsync("no primary", "lens.lost > 0");
        await page.SaveAsync("failover-2-during-light");
        await AssertShownAsync(page, "lost", "no primary", await lost);
        await AssertShownAsync(page, "found", "the new primary", await found);

        var texts = await page.AskAsync<string[]>("lens.seen.map(s => s.texts.slice(0, 2).join(' of term '))");
        Output($"shown in this order: {string.Join(" > ", texts.Distinct())}");
        var (first, none, after) = (Array.IndexOf(texts, "n1 of term 1"), Array.IndexOf(texts, "none of term 1"), Array.FindIndex(texts, t => t is "n2 of term 2" or "n3 of term 2"));
        Assert.True(first >= 0 && none > first && after > none, string.Join(" > ", texts));
        foreach (var said in new[] { "No primary any more (n1 was it)", "Detected: n1 is lost", "Promoted: n", "is the primary on timeline 2: established primary of term 2" })
            await page.UntilTextAsync("#decisions", said);
        await page.UntilTextAsync("#decisions", "(this instance)");
        await page.UntilTextAsync("#chart-gap figcaption", "Write gap: now 0");
        Assert.True(await page.AskAsync<bool>("!document.querySelector('#chart-gap figcaption').textContent.includes('at most 0.0 ms')"), "the gap is in its chart");
        await AssertAgreesAsync(page, cluster);
        await SaveAllAsync(page, "failover-3-after");
        WithoutServersTests.Poor(await page.AskAsync<JsonElement>("lens.poorContrast()"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Page_PrimaryKilledWhileAStandbyIsAway_SaysWhyNobodySucceedsIt()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page);
        await page.UntilTextAsync("#headline", "every node is well");
        await cluster["n3"].StopAsync(cancellationToken: Cancelled);
        await page.UntilTextAsync("#quorum", "n3 is out of sight");
        await cluster["n1"].KillAsync(Cancelled);
        await page.UntilTextAsync("#headline", "No primary");
        await page.UntilTextAsync("#quorum", "Not possible now: ");
        await page.UntilTextAsync("#quorum", "That is no majority.");
        await page.UntilTextAsync("#decisions", "No primary any more (n1 was it)");
        await SaveAllAsync(page, "no-primary");
        WithoutServersTests.Poor(await page.AskAsync<JsonElement>("lens.poorContrast()"));
        Assert.NotEqual("0 s", await page.TextAsync("#fact-gap"));
    }

    private static async Task SaveAllAsync(OpenPage page, string name)
    {
        foreach (var (look, isDark, width) in new[] { ("dark", true, 1280), ("phone-light", false, 320), ("light", false, 1280) })
        {
            await page.LookAsync(isDark, width);
            await page.SaveAsync($"{name}-{look}");
        }
    }

    /// <summary>The table of the page and the servers, asked by sessions of their own, say the same.</summary>
    private static Task AssertAgreesAsync(OpenPage page, PostgresCluster cluster)
    {
        var difference = "";
        return UntilAsync("page and servers agree", async () =>
        {
            difference = await DifferenceAsync(page, cluster);
            if (difference.Length > 0)
                Output(difference);
            return difference.Length == 0;
        });
    }

    private static async Task<string> DifferenceAsync(OpenPage page, PostgresCluster cluster)
    {
        var (roles, upstreams, states, timelines) = (await page.ColumnAsync("Role"), await page.ColumnAsync("Receives from"), await page.ColumnAsync("Sync"), await page.ColumnAsync("Timeline"));
        PostgresNode? primary = null;
        foreach (var node in cluster.Nodes.Where(n => n.IsRunning))
        {
            var isStandby = await node.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled);
            if (roles[node.Name] != (isStandby ? "Standby" : "Primary"))
                return $"{node.Name} is {roles[node.Name]} on the page, and pg_is_in_recovery() is {isStandby}";
            primary = isStandby ? primary : node;
        }

        if (primary is null)
            return "no server is a primary";
        var timeline = await primary.ScalarAsync<string>("SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int::text", Cancelled);
        var listed = await primary.ScalarAsync<string>("SELECT coalesce(string_agg(application_name || ' ' || sync_state, ',' ORDER BY application_name), '') FROM pg_stat_replication WHERE state = 'streaming'", Cancelled);
        var shown = string.Join(',', upstreams.Where(u => u.Value == primary.Name).Select(u => $"{u.Key} {states[u.Key]}").Order(StringComparer.Ordinal));
        return timelines[primary.Name] != timeline ? $"timeline {timelines[primary.Name]} on the page, {timeline} on {primary.Name}"
            : shown != listed ? $"'{shown}' on the page, '{listed}' in pg_stat_replication of {primary.Name}" : "";
    }

    private static Task<bool> AwaitAsync(OpenPage page, string name, string condition) => page.AskAsync<bool>($"lens.await('{name}', () => {condition}) ?? true");

    /// <summary>By the machine's clock, as the browser's.</summary>
    private static Task<DateTimeOffset> WhenInSnapshot(HaDataSource db, Func<ClusterSnapshot, bool> condition)
    {
        var when = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        db.Runtime.State.Published += (_, after) =>
        {
            if (condition(after))
                when.TrySetResult(TimeProvider.System.GetUtcNow());
        };
        return when.Task.WaitAsync(TimeSpan.FromSeconds(90), TimeProvider.System, Cancelled);
    }

    private static async Task AssertShownAsync(OpenPage page, string name, string what, DateTimeOffset inSnapshot)
    {
        await page.UntilAsync(what, $"lens.{name} > 0");
        var shown = DateTimeOffset.FromUnixTimeMilliseconds(await page.AskAsync<long>($"lens.{name}"));
        Output(string.Create(CultureInfo.InvariantCulture, $"{what}: shown {(shown - inSnapshot).TotalMilliseconds:0} ms after the snapshot had it"));

        // A bound for a hang, on a machine that does other things; the figure is in the output.
        Assert.InRange(shown - inSnapshot, TimeSpan.FromMilliseconds(-100), TimeSpan.FromSeconds(10));
    }

    private static void Output(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}

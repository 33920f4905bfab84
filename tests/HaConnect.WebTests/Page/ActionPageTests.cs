using HaConnect.ClusterTests;
using HaConnect.WebTests.Page.Browser;

namespace HaConnect.WebTests.Page;

/// <summary>The buttons, used on a real cluster as a person would.</summary>
public sealed class ActionPageTests : ClusterTest
{
    [Fact]
    public async Task Switchover_ThroughThePage_MakesTheChosenNodeThePrimary()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster, PageApplication.Setup.WithActions);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page, "dba");
        await page.UntilAsync("the button", "document.getElementById('do-switchover')?.disabled === false");
        await page.Page.ClickAsync("#do-switchover");
        await page.UntilAsync("the dialog", "document.getElementById('dialog').open");
        await page.Page.ClickAsync("input[name=target][value=n3]");
        await page.UntilTextAsync("#dialog-confirm", "Switch over to n3");
        await page.Page.ClickAsync("#dialog-confirm");
        await page.UntilAsync("the result", "!document.getElementById('dialog-result').hidden", TimeSpan.FromSeconds(120));
        await page.SaveAsync("switchover-done-light", isWhole: false);
        Assert.Equal("ok", await page.AskAsync<string>("document.getElementById('dialog-result').dataset.level"));
        Assert.True(await page.AskAsync<int>("document.querySelectorAll('#dialog-progress li').length") > 1, "the steps were shown");
        await page.UntilTextAsync("#fact-primary", "n3");
        Assert.False(await cluster["n3"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
        await page.Page.ClickAsync("#dialog-cancel");
        await page.UntilTextAsync("#decisions", "Asked for by dba: a switchover to n3");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task PauseAndResume_ThroughThePage_AreOnRecordOnThePrimary()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster, PageApplication.Setup.WithActions);
        await UntilManagedAsync(application.Database);
        await using var page = await OpenPage.OpenAsync(application.Page, "dba");
        await page.UntilAsync("the button", "document.getElementById('do-pause')?.disabled === false");
        await page.Page.ClickAsync("#do-pause");
        await page.Page.ClickAsync("#dialog-confirm");
        await page.UntilTextAsync("#dialog-result", "Give a reason.");
        await page.Page.TypeAsync("#reason-text", "<b>switches</b> are replaced");
        await page.Page.ClickAsync("#dialog-confirm");
        await page.UntilTextAsync("#dialog-result", "Automatic failover is paused");
        Assert.Equal("<b>switches</b> are replaced (asked for by dba through the page)", await cluster["n1"].ScalarAsync<string>("SELECT reason FROM haconnect.pause WHERE ended_at IS NULL AND node IS NULL", Cancelled));
        await page.Page.ClickAsync("#dialog-cancel");
        await page.UntilTextAsync("#headline", "automatic failover is paused");
        await page.UntilTextAsync("#quorum", "Not possible now: automatic failover is paused.");

        await page.UntilTextAsync("#do-pause", "Resume");
        await page.Page.ClickAsync("#do-pause");
        await page.Page.ClickAsync("#dialog-confirm");
        await page.UntilTextAsync("#dialog-result", "Automatic failover goes on");
        await page.UntilTextAsync("#headline", "every node is well");
        Assert.Equal(0L, await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM haconnect.pause WHERE ended_at IS NULL", Cancelled));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task User_WhoMayNotAct_SeesNoButtonAndIsToldWhy()
    {
        var cluster = await StartClusterAsync();
        await using var application = await PageApplication.StartAsync(cluster, PageApplication.Setup.WithActions);
        await using var page = await OpenPage.OpenAsync(application.Page, "alice");
        await page.UntilTextAsync("#actions", "You may see this page, but not act.");
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('#actions button').length"));
    }
}

using HaConnect.Operations;

namespace HaConnect.ClusterTests.Cli;

/// <summary>The checks as a monitoring system runs and shows them.</summary>
public sealed class NagiosTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-nagios-settings-");

    [Fact]
    public async Task Checks_InNagiosThroughAFailover_AreShownWithTheirStates()
    {
        Assert.SkipWhen(Nagios.Program is null, "Nagios Core is not on this machine (eng/install-nagios.sh).");
        var cluster = await StartClusterAsync();
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);
        await using var nagios = Nagios.Start(ToolRun.SettingsOf(cluster, _folder));
        var (code, verified) = await nagios.VerifyAsync();
        Assert.True(code == 0 && verified.Contains("Total Warnings: 0", StringComparison.Ordinal) && verified.Contains($"Checked {ClusterChecks.Names.Count} services", StringComparison.Ordinal), verified);
        await UntilShownAsync(("primary", 0, "n1, term 1"), ("replicas", 0, "2 of 2"), ("lag", 0, "n2"), ("coordinator", 0, ""), ("quorum", 0, ""), ("slots", 0, ""), ("archive", 1, "archive_mode is off"));

        // Paused, so that the time without a primary is long enough to be seen.
        await application.Cluster.PauseFailoverAsync("work on the network", Cancelled);
        await UntilShownAsync(("coordinator", 1, "paused"));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilShownAsync(("primary", 2, "no primary"), ("lag", 3, "without a primary"), ("quorum", 2, ""));
        var failover = await application.Cluster.FailoverAsync("main", cancellationToken: Cancelled);
        Assert.True(failover.Succeeded, failover.Reason);
        await UntilShownAsync(("primary", 0, $"{failover.Primary}, term 2"), ("replicas", 1, "1 of 2"), ("lag", 2, "n1 unproven"));
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await application.Cluster.ResumeFailoverAsync(Cancelled);
        await UntilShownAsync(("primary", 0, $"{failover.Primary}"), ("replicas", 0, "2 of 2"), ("lag", 0, "n1"), ("coordinator", 0, ""), ("quorum", 0, ""));

        async Task UntilShownAsync(params (string Service, int State, string Text)[] expected)
        {
            var shown = nagios.Services();
            try
            {
                await UntilAsync($"Nagios shows {string.Join(", ", expected)}", () =>
                {
                    shown = nagios.Services();
                    return Task.FromResult(expected.All(e => shown.TryGetValue(e.Service, out var s) && s.State == e.State && s.Text.Contains(e.Text, StringComparison.Ordinal)));
                }, TimeSpan.FromSeconds(120));
            }
            finally
            {
                foreach (var (service, (state, text)) in shown)
                    TestContext.Current.TestOutputHelper?.WriteLine($"{service} {state}: {text}");
                if (shown.Count == 0)
                    TestContext.Current.TestOutputHelper?.WriteLine(nagios.Log);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

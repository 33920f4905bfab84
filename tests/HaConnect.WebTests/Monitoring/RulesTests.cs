using System.Diagnostics;
using System.Text.RegularExpressions;
using MonitoringStack.Servers;

namespace HaConnect.WebTests.Monitoring;

/// <summary>The alert rules by themselves, without a server.</summary>
public sealed partial class RulesTests
{
    private const string NoPromtool = "promtool is not on this machine (eng/install-prometheus.sh).";

    [Fact]
    public async Task Rules_Promtool_FindsNothingWrong()
    {
        Assert.SkipWhen(MonitoringPrograms.Promtool is null, NoPromtool);
        await RunPromtoolAsync("check", "rules", AlertRules.File);
    }

    [Fact]
    public async Task Cases_Promtool_AllHold()
    {
        Assert.SkipWhen(MonitoringPrograms.Promtool is null, NoPromtool);
        await RunPromtoolAsync(["test", "rules", .. AlertRules.Cases]);
    }

    [Fact]
    public void Alerts_Each_HasACaseInWhichItFiresAndOneInWhichItDoesNot()
    {
        var (fires, quiet) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var @case in AlertRules.Cases.SelectMany(f => File.ReadAllText(f).Split("\n  - name: ").Skip(1)))
        {
            var expected = Expectation().Matches(@case);
            foreach (var alert in expected.Where(m => !m.Groups["none"].Success).Select(m => m.Groups["name"].Value))
                fires.Add(alert);

            // Where it fires later in the same case, that it does not yet says something of "for" only.
            foreach (var alert in expected.Select(m => m.Groups["name"].Value).Distinct().Where(a => expected.Where(m => m.Groups["name"].Value == a).All(m => m.Groups["none"].Success)))
                quiet.Add(alert);
        }

        Assert.NotEmpty(AlertRules.Names);
        Assert.Equal(AlertRules.Names.Order(StringComparer.Ordinal), fires.Order(StringComparer.Ordinal));
        Assert.Equal(AlertRules.Names.Order(StringComparer.Ordinal), quiet.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Alerts_Each_HasItsSectionInTheDocumentation()
    {
        var documentation = File.ReadAllText(Repository.At("docs", "operations", "monitoring.md"));
        var rules = File.ReadAllText(AlertRules.File);
        Assert.All(AlertRules.Names, name =>
        {
            Assert.Contains($"\n### {name}\n", documentation, StringComparison.Ordinal);
            Assert.Contains($"runbook: docs/operations/monitoring.md#{name.ToLowerInvariant()}\n", rules, StringComparison.Ordinal);
        });
    }

    private static async Task RunPromtoolAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(MonitoringPrograms.Promtool!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{await output}{await error}");
    }

    /// <summary>An alert at a moment, and <c>[]</c> where it is not to fire.</summary>
    [GeneratedRegex(@"alertname: (?<name>\w+)\n +exp_alerts:(?<none> \[\])?", RegexOptions.None, 1000)]
    private static partial Regex Expectation();
}

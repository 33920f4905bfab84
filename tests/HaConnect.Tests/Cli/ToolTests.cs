using HaConnect.Cli;
using HaConnect.Cli.Output;

namespace HaConnect.Tests.Cli;

/// <summary>What the tool says before it has asked any server.</summary>
public sealed class ToolTests
{
    [Theory]
    [InlineData("status --timeout 0", "--timeout is 0; it must be a number of seconds from 0.5 to 300.")]
    [InlineData("status --output xml", "xml")]
    [InlineData("status -c Host=a;Password=secret", "--connection has a password")]
    [InlineData("failover", "--cluster")]
    [InlineData("pause", "--reason")]
    [InlineData("switchover n2 --drain-timeout 999 -c Host=a", "--drain-timeout is 999; it must be a number of seconds from 0.1 to 300.")]
    [InlineData("switchover n2 -c Host=a;Username=u", "set Failover.Mode to Coordinate")]
    [InlineData("plan", "Give --nodes n1=host:port@place")]
    [InlineData("plan --nodes n1=h", "there is one node")]
    [InlineData("plan --nodes n1=a,n2=b --commands n9", "--commands is n9; the plan has n1, n2.")]
    [InlineData("plan --nodes n1=a,n2=b --rto soon", "--rto is soon; it must be a number.")]
    [InlineData("plan --file /nonexistent/plan.json", "is no plan")]
    [InlineData("runbook -c Host=a,b;Username=u", "--username is not given")]
    [InlineData("runbook -c Host=a,b;Username=u --username postgres", "Failover.Replication.Username is not set")]
    [InlineData("init-standby n2 --username u", "--data-directory")]
    [InlineData("nonsense", "nonsense")]
    public async Task RunAsync_WhatCannotBeUsed_EndsWith64AndSaysWhy(string arguments, string expected)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>A monitoring system shows standard output, and knows no other code than 3 for what could not be found out.</summary>
    [Theory]
    [InlineData("check lag -c Host=a;Password=secret")]
    [InlineData("check primary --warning 5 -c Host=127.0.0.1:1;Username=u --timeout 0.5")]
    public async Task RunAsync_CheckThatCannotBeMade_IsUnknown(string arguments)
    {
        var (code, output, _) = await RunAsync(arguments);
        Assert.Equal(3, code);
        Assert.Matches("^HACONNECT (LAG|PRIMARY) UNKNOWN - .+$", output);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("check nonsense")).Code);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await HaConnect.Cli.Tool.RunAsync(arguments.Split(' '), Terminal.To(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString().Trim(), error.ToString());
    }
}

using HaConnect.Cli;
using HaConnect.Cli.Drilling.Local;
using HaConnect.Cli.Output;
using HaConnect.Operations;

namespace HaConnect.Tests.Cli;

/// <summary>What <c>drill</c> says before it has started or asked any server, and what cluster it would make.</summary>
public sealed class DrillCommandTests
{
    [Theory]
    [InlineData("drill", "Which cluster is to be broken? --local makes a throw-away one. For a staging cluster give its settings (--config FILE) and its name (--cluster NAME).")]
    [InlineData("drill --local --cluster main", "--local makes a cluster of its own, and goes without --cluster.")]
    [InlineData("drill --cluster main --async -c Host=a;Username=u", "Without --local goes no --async.")]
    [InlineData("drill --local --command true --writers 2", "--command is the workload, and goes without --writers.")]
    [InlineData("drill switchover --local --fault kill", "A switchover breaks nothing, and goes without --fault.")]
    [InlineData("drill --local --seconds 5", "--seconds is 5; it must be a number of seconds from 6 to 3600.")]
    [InlineData("drill --local --writers 65", "--writers is 65; it must be a whole number from 1 to 64.")]
    [InlineData("drill --local --target-loss some", "--target-loss is some; it must be a whole number, 0 or more.")]
    [InlineData("drill --local --fault flood", "flood")]
    [InlineData("drill everything --local", "everything")]
    public async Task RunAsync_WhatCannotBeUsed_EndsWith64AndSaysWhy(string arguments, string expected)
    {
        var (code, error) = await RunAsync(arguments.Split(' '));
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ClusterOfWhichNobodySaysWhatItIsFor_IsRefusedBeforeItIsAsked()
    {
        var (code, error) = await RunAsync("drill", "-c", "Host=nowhere.invalid,b,c;Username=u", "--cluster", "main", "--fault-command", "x", "--restore-command", "y");
        Assert.Equal(ExitCodes.Attention, code);
        Assert.StartsWith("Nobody says what main is for.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OfASite_HasAMajorityElsewhere_AndCommitsWaitForTheOtherSite()
    {
        var plan = new LocalPlan(DrillKind.Disaster, LocalFault.Kill, IsAsynchronous: false, WithCoordinator: false);
        Assert.Equal(["n1", "n2", "n3", "n4"], plan.Nodes);
        Assert.Equal((1, true), (plan.Witnesses, plan.HasAgent));
        Assert.Equal("ANY 1 (\"n3\",\"n4\")", plan.SynchronousNames);
        Assert.Equal(["n1", "n2"], plan.Struck("n1"));
        var voters = plan.Nodes.Count + plan.Witnesses;
        Assert.True((voters - plan.Struck("n1").Count) * 2 > voters);
    }

    [Fact]
    public void Plan_OfAFailover_IsOfThreeNodes()
    {
        var plan = new LocalPlan(DrillKind.Failover, LocalFault.Freeze, IsAsynchronous: true, WithCoordinator: true);
        Assert.Equal((3, 0, 0, true), (plan.Nodes.Count, plan.Witnesses, plan.RequiredSynchronousStandbys, plan.HasAgent));
        Assert.Null(plan.SynchronousNames);
        Assert.Equal(["n1"], plan.Struck("n1"));
    }

    [Fact]
    public void Variables_OfOptions_AreReadBackAsTheyWere()
    {
        var options = new HaDatabaseOptions { ClusterName = "local-drill", Environment = "Drill", ConnectionString = "Username=app;Password=x;Database=app", Nodes = { new() { Name = "n1", Host = "127.0.0.1", Port = 5001, Zone = "a" }, new() { Name = "n2", Host = "127.0.0.1", Port = 5002, Synchronous = false } } };
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.ControlUsername = "control";
        options.Failover.RequiredSynchronousStandbys = 0;
        options.Failover.Witnesses.Add(new WitnessOptions { Name = "w1", Host = "127.0.0.1", Port = 5003 });
        var variables = SettingsVariables.Of(options, "Section");
        Assert.Equal(("local-drill", "Coordinate", "control", "0"), (variables["Section__ClusterName"], variables["Section__Failover__Mode"], variables["Section__Failover__ControlUsername"], variables["Section__Failover__RequiredSynchronousStandbys"]));
        Assert.Equal(("n2", "5002", "false", "a"), (variables["Section__Nodes__1__Name"], variables["Section__Nodes__1__Port"], variables["Section__Nodes__1__Synchronous"], variables["Section__Nodes__0__Zone"]));
        Assert.Equal(("w1", "5003"), (variables["Section__Failover__Witnesses__0__Name"], variables["Section__Failover__Witnesses__0__Port"]));
        Assert.DoesNotContain("Section__Nodes__1__Zone", variables.Keys);
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await HaConnect.Cli.Tool.RunAsync(arguments, Terminal.To(output, error), TestContext.Current.CancellationToken), error.ToString());
    }
}

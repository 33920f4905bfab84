using HaConnect.Operations;
using HaConnect.Operations.Drills.Staging;

namespace HaConnect.Tests.Operations.Drills;

public sealed class StagingRulesTests
{
    [Fact]
    public void Require_StagingBySettingsOrByWord_IsAllowed()
    {
        StagingRules.Require(Cluster(environment: "Staging"), Options(), _ => null);
        StagingRules.Require(Cluster(environment: null), Options(o => o.Environment = "test"), _ => "Development");
    }

    [Fact]
    public void Require_NobodySaysWhatItIsFor_IsRefused() =>
        Refused("Nobody says what main is for. Where it is not production, say so: Environment = Staging in its settings, or --environment staging.", Cluster(environment: null), Options());

    [Theory]
    [InlineData("Production")]
    [InlineData("production-eu")]
    [InlineData("eu_PROD1")]
    [InlineData("Live")]
    [InlineData("non-production")] // better a drill too few
    public void Require_SettingsSayProduction_IsRefused_WhateverTheCommandLineSays(string environment) =>
        Refused($"The settings say of main: Environment = {environment}. That is production", Cluster(environment), Options(o => o.Environment = "staging"));

    [Theory]
    [InlineData("preprod")]
    [InlineData("Staging")]
    [InlineData("delivery")]
    [InlineData("")]
    [InlineData(null)]
    public void IsProduction_OtherWords_AreNot(string? environment) => Assert.False(StagingRules.IsProduction(environment));

    [Fact]
    public void Require_ProductionAnywhereElse_IsRefused()
    {
        Refused("--environment is Production, which is production", Cluster(environment: "Staging"), Options(o => o.Environment = "Production"));
        Refused("ASPNETCORE_ENVIRONMENT is Production: this is an environment of production", Cluster(environment: "Staging"), Options(), v => v == "ASPNETCORE_ENVIRONMENT" ? "Production" : null);
        Refused("DOTNET_ENVIRONMENT is Production", Cluster(environment: "Staging"), Options(), v => v == "DOTNET_ENVIRONMENT" ? "Production" : null);
    }

    [Fact]
    public void Require_AnotherName_IsRefused()
    {
        Refused("The confirmation is other, but these settings are of the cluster main.", Cluster("Staging"), Options(o => o.Cluster = "other"));
        Refused("A drill breaks things. Confirm it by the name of the cluster, which is main in these settings: --cluster main.", Cluster("Staging"), Options(o => o.Cluster = ""));
    }

    [Fact]
    public void Require_MissingCommandsOrNodes_IsRefused()
    {
        Refused("--fault-command is missing", Cluster("Staging"), Options(o => o.FaultCommand = null));
        Refused("--restore-command is missing", Cluster("Staging"), Options(o => o.RestoreCommand = " "));
        Refused("--site-node is missing: say which nodes the fault command strikes beside the primary, of n1, n2, n3.", Cluster("Staging"), Options(o => o.Kind = DrillKind.Disaster));
        Refused("--site-node is n9, and there is no such node", Cluster("Staging"), Options(o => o.SiteNodes.Add("n9")));
        StagingRules.Require(Cluster("Staging"), Options(o => (o.Kind, o.FaultCommand) = (DrillKind.Switchover, null)), _ => null);
        Refused("Failover.Mode is Observe, and the way back is a switchover", Cluster("Staging", FailoverMode.Observe), Options());
    }

    [Fact]
    public void RequireSite_OnlyThePrimaryIsStruck_IsRefused()
    {
        Assert.StartsWith("--site-node is n1, which is the primary now and is struck anyway", Assert.Throws<DrillRefusedException>(() => StagingRules.RequireSite(DrillKind.Disaster, "n1", ["n1"])).Message, StringComparison.Ordinal);
        StagingRules.RequireSite(DrillKind.Disaster, "n1", ["n1", "n2"]);
        StagingRules.RequireSite(DrillKind.Failover, "n1", ["n1"]);
    }

    [Fact]
    public void Left_NothingToBringBackAndNotWhole_IsNotCalledWhole()
    {
        Assert.Equal("The cluster is whole, and n1 is its primary.", StagingTarget.Left("n1", [], null));
        Assert.Equal("The primary is n1, and the cluster is not whole: n2: Unknown. Look at it (haconnect status).", StagingTarget.Left("n1", [], "n2: Unknown"));
        Assert.Equal("The cluster has no primary; look at it (haconnect status).", StagingTarget.Left(null, [], null));
        Assert.StartsWith("The primary is n1. Left to do: bring back n2 ", StagingTarget.Left("n1", ["n2"], "n2: Unknown"), StringComparison.Ordinal);
    }

    [Fact]
    public void Statement_AnInstanceStartedInProduction_IsToldWithItsName()
    {
        var at = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var staging = Started(at, "app1", "Nodes: n1 = db1:5432; Failover.Mode: Coordinate; Environment: Staging");
        var silent = Started(at, "app2", "Nodes: n1 = db1:5432; Failover.Mode: Coordinate");
        Assert.Null(StagingRules.Statement([staging, silent]));
        var statement = StagingRules.Statement([staging, Started(at, "app3", "Nodes: n1 = db1:5432; Failover.Mode: Coordinate; Environment: Production")]);
        Assert.StartsWith("The audit trail on the cluster says that it is in production: app3 was started on 2026-03-04 05:06 UTC with Environment: Production.", statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OutOfBounds_NamesEach()
    {
        var options = new DrillOptions { Kind = DrillKind.Restore, Duration = TimeSpan.FromSeconds(1), Writers = 0, Readers = 65, TargetRecovery = TimeSpan.Zero, TargetLoss = -1, RestoreTimeout = TimeSpan.Zero };
        var message = Assert.Throws<ArgumentException>(() => DrillOptions.Validate(options)).Message;
        foreach (var name in (string[])["Kind is Restore", "Duration is 00:00:01", "Writers is 0", "Readers is 65", "TargetRecovery is 00:00:00", "TargetLoss is -1", "RestoreTimeout is 00:00:00"])
            Assert.Contains(name, message, StringComparison.Ordinal);
        DrillOptions.Validate(new DrillOptions());
    }

    private static AuditRecord Started(DateTimeOffset at, string instance, string options) =>
        new(at, "main", instance, null, "Options", null, "this instance was started") { Kind = AuditKind.Configuration, After = options };

    private static void Refused(string beginning, HaDatabaseOptions cluster, DrillOptions options, Func<string, string?>? variable = null) =>
        Assert.StartsWith(beginning, Assert.Throws<DrillRefusedException>(() => StagingRules.Require(cluster, options, variable ?? (_ => null))).Message, StringComparison.Ordinal);

    private static HaDatabaseOptions Cluster(string? environment, FailoverMode mode = FailoverMode.Coordinate)
    {
        var cluster = new HaDatabaseOptions { Environment = environment, Nodes = { new() { Name = "n1", Host = "db1" }, new() { Name = "n2", Host = "db2" }, new() { Name = "n3", Host = "db3" } } };
        cluster.Failover.Mode = mode;
        return cluster;
    }

    private static DrillOptions Options(Action<DrillOptions>? change = null)
    {
        var options = new DrillOptions { Cluster = "main", FaultCommand = "kill", RestoreCommand = "rejoin" };
        change?.Invoke(options);
        return options;
    }
}

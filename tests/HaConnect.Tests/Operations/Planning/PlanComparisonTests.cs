using HaConnect.Operations.Planning;
using HaConnect.Operations.Planning.Verification;

namespace HaConnect.Tests.Operations.Planning;

/// <summary>Each difference between a plan and a cluster, on a cluster that has no other.</summary>
public sealed class PlanComparisonTests
{
    private static readonly PlanDescription s_plan = Plans.Three;

    [Fact]
    public void Of_ClusterAsPlanned_FindsNothingWhoeverIsThePrimary()
    {
        foreach (var primary in (string[])["n1", "n2", "n3"])
            Finds(Sound(primary));
    }

    [Fact]
    public void Of_EachDifference_IsFound()
    {
        var sound = Sound("n1");
        Finds([sound[0], sound[1], sound[2] with { Problem = "refused" }], "n3 server");
        Finds([sound[0], sound[1], Set(sound[2], "wal_receiver_timeout", "1min")], "n3 wal_receiver_timeout");
        Finds([sound[0] with { Streaming = ["n2"] }, sound[1], sound[2]], "n3 replication");
        Finds([sound[0] with { SynchronousNames = "ANY 1 (\"n2\")" }, sound[1], sound[2]], "n1 synchronous_standby_names");
        Finds([sound[0] with { SynchronousNames = "ANY 2 (\"n2\",\"n3\")" }, sound[1], sound[2]], "n1 synchronous_standby_names");
        Finds([sound[0] with { Roles = [.. sound[0].Roles.Skip(1)] }, sound[1], sound[2]], "n1 role app");
        Finds([sound[0] with { Roles = [.. sound[0].Roles.Select(r => r with { IsSuperuser = r.Name == "hacontrol" })] }, sound[1], sound[2]], "n1 role hacontrol");
        Finds([sound[0] with { Voters = ["n1", "n2"] }, sound[1], sound[2]], "n1 voters on record");
        Finds([sound[0], sound[1] with { InRecovery = false }, sound[2]], "- primary");
        Finds([sound[0], sound[1] with { SystemIdentifier = "8" }, sound[2]], "- system identifier");
        Finds([sound[0] with { Major = 16 }, sound[1], sound[2]], "n1 version of PostgreSQL");
    }

    [Fact]
    public void Of_SettingsOfTheApplications_AreHeldAgainstThePlanToo()
    {
        var settings = ApplicationSettings.OptionsOf(s_plan);
        settings.Nodes.RemoveAt(2);
        settings.Nodes.Add(new HaNodeOptions { Name = "n4", Host = "10.0.0.4" });
        (settings.Failover.RequiredSynchronousStandbys, settings.Nodes[1].Port) = (0, 5433);
        Assert.Equal(["n2 Nodes of the settings", "n3 Nodes of the settings", "n4 Nodes of the settings", "- Failover.RequiredSynchronousStandbys of the settings"], Keys(PlanComparison.Of(s_plan, settings, Sound("n1"))));
    }

    [Fact]
    public void Of_WhatCannotBeSeen_IsToldAndNoDifference()
    {
        var sound = Sound("n1");
        var result = PlanComparison.Of(s_plan, ApplicationSettings.OptionsOf(s_plan), [sound[0] with { Streaming = null, Voters = null }, Set(sound[1], "synchronous_commit", "off", "user"), sound[2] with { Settings = sound[2].Settings.Where(s => s.Key != "fsync").ToDictionary() }]);
        Assert.Empty(result.Differences);
        Assert.Equal(["which standbys stream", "synchronous_commit of n2", "fsync of n3", "the voters on record"], result.Unseen.Select(u => u.Split([',', ':'])[0]));
    }

    private static void Finds(IReadOnlyList<ServerFound> found, params string[] expected) => Assert.Equal(expected, Keys(PlanComparison.Of(s_plan, ApplicationSettings.OptionsOf(s_plan), found)));

    private static IEnumerable<string> Keys(PlanVerification result)
    {
        Assert.All(result.Differences, d => Assert.NotEmpty(d.Remedy));
        return result.Differences.Select(d => $"{d.Node ?? "-"} {d.What}");
    }

    private static ServerFound Set(ServerFound server, string name, string value, string source = "configuration file") =>
        server with { Settings = server.Settings.ToDictionary(s => s.Key, s => s.Key == name ? s.Value with { Value = value, Source = source } : s.Value) };

    private static List<ServerFound> Sound(string primary) => [.. s_plan.Nodes.Select(n => new ServerFound(n)
    {
        InRecovery = n.Name != primary,
        SystemIdentifier = "7",
        Major = s_plan.PostgresMajor,
        SynchronousNames = n.Name == primary ? $"ANY 1 ({string.Join(',', s_plan.Nodes.Where(o => o.Name != primary).Select(o => $"\"{o.Name}\"").Reverse())})" : "",
        Streaming = n.Name == primary ? [.. s_plan.Nodes.Select(o => o.Name).Where(o => o != primary)] : [],
        Settings = ServerSettings.Of(s_plan, n).ToDictionary(s => s.Name, s => new FoundSetting(s.Value, "configuration file", "sighup", AwaitsRestart: false)),
        Roles = [new("app", true, false, false), new("haobserver", true, false, false), new("hacontrol", true, false, false), new("replicator", true, true, false)],
        Voters = ["n1", "n2", "n3"],
    })];
}

using HaConnect.Audit;
using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Audit;

/// <summary>What an instance sees change in the settings of the cluster, before and after.</summary>
public sealed class ConfigurationChangesTests
{
    private readonly Node _n1 = Given.Node(1);
    private readonly Node _n2 = Given.Node(2);

    [Fact]
    public void Between_FirstPrimary_IsSeenWithItsNames()
    {
        var (_, changes) = ConfigurationChanges.Between(ConfigurationSeen.Nothing, Snapshot(_n1, "ANY 1 (\"n2\")", term: 1));
        Assert.Equal(
            [
                new ConfigurationChange("Primary", "n1", "n1 is seen as the primary, term 1", null, "n1, term 1"),
                new ConfigurationChange("SynchronousStandbyNames", "n1", "synchronous_standby_names of n1 is seen as 'ANY 1 (\"n2\")'", null, "ANY 1 (\"n2\")"),
            ],
            changes);
    }

    [Fact]
    public void Between_PrimaryChangedAfterATimeWithoutOne_BeforeIsTheOneOfThen()
    {
        var seen = See(ConfigurationSeen.Nothing, Snapshot(_n1, "ANY 1 (\"n2\")", term: 1), Given.Snapshot(null, Given.Seen(_n1), Given.Seen(_n2)));
        var change = Assert.Single(ConfigurationChanges.Between(seen, Snapshot(_n2, "ANY 1 (\"n2\")", term: 2)).Changes);
        Assert.Equal(new ConfigurationChange("Primary", "n2", "n2 is seen as the primary, term 2", "n1, term 1", "n2, term 2"), change);
    }

    [Fact]
    public void Between_NamesPauseAndMaintenanceChanged_EachIsTold()
    {
        var seen = See(ConfigurationSeen.Nothing, Snapshot(_n1, "ANY 1 (\"n2\")"));
        var (_, changes) = ConfigurationChanges.Between(seen, Snapshot(_n1, "", isPaused: true, maintained: ["n2"]));
        Assert.Equal([("SynchronousStandbyNames", "ANY 1 (\"n2\")", ""), ("Pause", "automatic", "paused"), ("Maintenance", "none", "n2")], changes.Select(c => (c.Setting, c.Before!, c.After!)));
    }

    [Fact]
    public void Between_NodesComeAndGo_WithTheirAddresses()
    {
        var seen = See(ConfigurationSeen.Nothing, Given.Snapshot(null, Given.Seen(_n1)));
        var (_, changes) = ConfigurationChanges.Between(seen, Given.Snapshot(null, Given.Seen(_n2)));
        Assert.Equal([("n1", "host1:5432", null), ("n2", null, "host2:5432")], changes.Select(c => (c.Node!, c.Before, c.After)));
    }

    [Fact]
    public void IsUnchanged_SameAgain_IsTrueAndNoChangeIsTold()
    {
        var first = Snapshot(_n1, "ANY 1 (\"n2\")", term: 1, maintained: ["n2"]);
        Assert.False(ConfigurationChanges.IsUnchanged(ConfigurationSeen.Nothing, first));
        var seen = See(ConfigurationSeen.Nothing, first);
        var again = Snapshot(_n1, "ANY 1 (\"n2\")", term: 1, maintained: ["n2"]);
        Assert.True(ConfigurationChanges.IsUnchanged(seen, again));
        Assert.Empty(ConfigurationChanges.Between(seen, again).Changes);
        Assert.False(ConfigurationChanges.IsUnchanged(seen, Snapshot(_n1, "", term: 1, maintained: ["n2"])));
    }

    [Fact]
    public void OptionsWords_Coordinate_NamesEverythingButPasswords()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=db1,db2;Username=app;Password=secret" };
        Assert.Equal("Nodes: db1:5432 = db1:5432, db2:5432 = db2:5432; Failover.Mode: Observe", OptionsWords.Of(options));
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.ControlPassword = "secret";
        options.Failover.Witnesses.Add(new WitnessOptions { Name = "w", Host = "w1" });
        Assert.Contains("; Failover.Mode: Coordinate; Witnesses: w = w1:5432; RequiredSynchronousStandbys: 1;", OptionsWords.Of(options), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", OptionsWords.Of(options), StringComparison.Ordinal);
    }

    private static ConfigurationSeen See(ConfigurationSeen seen, params ClusterSnapshot[] snapshots) => snapshots.Aggregate(seen, (s, now) => ConfigurationChanges.Between(s, now).Seen);

    private ClusterSnapshot Snapshot(Node primary, string names, long? term = null, bool isPaused = false, string[]? maintained = null)
    {
        ServerState state = Given.Primary() with { SynchronousStandbyNames = names, IsPaused = isPaused, Maintained = maintained ?? [] };
        var node = new NodeSnapshot(primary) { Facts = Given.Facts(primary).Answers(state), Reason = "as given" };
        var other = Given.Seen(primary == _n1 ? _n2 : _n1);
        return new ClusterSnapshot { Nodes = [node, other], Primary = node, Term = term, TakenAt = default, Reason = "as given" };
    }
}

using HaConnect.Discovery;
using HaConnect.Options;
using Microsoft.Extensions.Options;

namespace HaConnect.Tests.Options;

public sealed class HaDatabaseOptionsValidatorTests
{
    private const string Hosts = "Host=db1,db2,db3;Username=app";

    /// <summary>Setting, how it is made wrong, what the one message must contain: the setting, the value, the remedy or bound.</summary>
    private static readonly (string Setting, Action<HaDatabaseOptions> Change, string Value, string Remedy)[] s_wrong =
    [
        ("ConnectionString", o => o.ConnectionString = null, "names no host", "Give Host="),
        ("ConnectionString", o => o.ConnectionString = "Host=db1:x", "db1:x", "connection string parameters"),
        ("ConnectionString", o => o.ConnectionString = "Nonsense=1;Host=a,b", "nonsense", "connection string parameters"),
        ("ConnectionString", o => o.Nodes.Add(new HaNodeOptions { Host = "x" }), "Host=db1,db2,db3", "Remove Host"),
        ("ConnectionString", o => o.ConnectionString = Hosts + ";Multiplexing=true", "Multiplexing=true", "Remove it"),
        ("ConnectionString", o => o.ConnectionString = Hosts + ";Target Session Attributes=primary", "=primary", "Remove it"),
        ("ConnectionString", o => o.ConnectionString = Hosts + ";Load Balance Hosts=true", "Load Balance Hosts=true", "Remove it"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "" }), "'a' has no Host", "Give its host name"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h", Port = 0 }), "Port 0", "1 to 65535"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h", Port = 65536 }), "Port 65536", "1 to 65535"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a b", Host = "h" }), "'a b'", "1 to 63 printable ASCII"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a,b", Host = "h" }), "'a,b'", "1 to 63 printable ASCII"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a\"b", Host = "h" }), "'a\"b'", "1 to 63 printable ASCII"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a'b", Host = "h" }), "'a'b'", "1 to 63 printable ASCII"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "ä", Host = "h" }), "'ä'", "1 to 63 printable ASCII"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = new string('a', 64), Host = "h" }), new string('a', 64), "1 to 63 printable ASCII"),
        ("node name", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h" }, new HaNodeOptions { Name = "a", Host = "i" }), "'a' is used 2 times", "a name of its own"),
        ("node name", o => { Nodes(o, new HaNodeOptions { Name = "a", Host = "h" }); o.Failover.Witnesses.Add(new WitnessOptions { Name = "a", Host = "w" }); }, "'a' is used 2 times", "a name of its own"),
        ("host", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h" }, new HaNodeOptions { Name = "b", Host = "h" }), "h:5432 is listed 2 times", "List each server once"),
        ("host", o => { Nodes(o, new HaNodeOptions { Name = "a", Host = "h" }); o.Failover.Witnesses.Add(new WitnessOptions { Name = "w", Host = "h" }); }, "h:5432 is listed 2 times", "List each server once"),
        ("Failover.Witnesses", o => o.Failover.Witnesses.Add(new WitnessOptions { Name = "w", Host = " " }), "'w' has no Host", "Give its host name"),
        ("Failover.Witnesses", o => o.Failover.Witnesses.Add(new WitnessOptions { Name = "w", Host = "h", Port = -1 }), "Port -1", "1 to 65535"),
        ("ClusterName", o => o.ClusterName = "", "''", "1 to 40"),
        ("ClusterName", o => o.ClusterName = "a b", "'a b'", "1 to 40"),
        ("ClusterName", o => o.ClusterName = new string('c', 41), new string('c', 41), "1 to 40"),
        ("Routing.MaxReplicaLag", o => o.Routing.MaxReplicaLag = TimeSpan.FromMilliseconds(39), "00:00:00.0390000", "00:00:00.0400000 to 1.00:00:00"),
        ("Routing.MaxReplicaLag", o => o.Routing.MaxReplicaLag = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1), "1.00:00:00.0000001", "to 1.00:00:00"),
        ("Routing.LatencyWindow", o => o.Routing.LatencyWindow = TimeSpan.FromTicks(-1), "-00:00:00.0000001", "00:00:00 to 00:00:10"),
        ("Routing.LatencyWindow", o => o.Routing.LatencyWindow = TimeSpan.FromSeconds(11), "00:00:11", "00:00:00 to 00:00:10"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h", Weight = -1 }), "Weight -1", "0 (in reserve) to 1000"),
        ("Nodes", o => Nodes(o, new HaNodeOptions { Name = "a", Host = "h", Weight = 1001 }), "Weight 1001", "0 (in reserve) to 1000"),
        ("Routing.Balancing", o => o.Routing.Balancing = (ReadBalancing)9, "9", "LeastInUse, RoundRobin"),
        ("Routing.FailbackDelay", o => o.Routing.FailbackDelay = TimeSpan.FromMinutes(11), "00:11:00", "00:00:00 to 00:10:00"),
        ("Routing.FailbackRamp", o => o.Routing.FailbackRamp = TimeSpan.FromHours(2), "02:00:00", "00:00:00 to 01:00:00"),
        ("Routing.MaxPrimaryReadShare", o => o.Routing.MaxPrimaryReadShare = -0.1, "-0.1", "0 (none) to 1 (no limit)"),
        ("Routing.MaxPrimaryReadShare", o => o.Routing.MaxPrimaryReadShare = double.NaN, "NaN", "0 (none) to 1 (no limit)"),
        ("Routing.Fallback", o => o.Routing.Fallback = (ReadFallback)9, "9", "Primary, Wait, Fail, Freshest"),
        ("Routing.Consistency", o => o.Routing.Consistency = (ReadConsistency)9, "9", "Bounded, Eventual, Strong"),
        ("Routing.Replicas", o => o.Routing.Replicas = (ReplicaKind)9, "9", "Any, Synchronous, Asynchronous"),
        ("Routing.Zone", o => o.Routing.Zone = "moon", "'moon'", "zones in Nodes: none"),
        ("Routing.CatchUpTimeout", o => o.Routing.CatchUpTimeout = TimeSpan.FromSeconds(11), "00:00:11", "00:00:10"),
        ("Discovery.Interval", o => o.Discovery.Interval = TimeSpan.FromMilliseconds(999), "00:00:00.9990000", "00:00:01 to 01:00:00"),
        ("Discovery.Interval", o => o.Discovery.Interval = TimeSpan.FromHours(2), "02:00:00", "to 01:00:00"),
        ("Discovery.Timeout", o => o.Discovery.Timeout = TimeSpan.FromMilliseconds(99), "00:00:00.0990000", "00:00:00.1000000 to 00:01:00"),
        ("Discovery.Timeout", o => o.Discovery.Timeout = TimeSpan.FromMinutes(2), "00:02:00", "to 00:01:00"),
        ("Discovery.ForgetAfter", o => o.Discovery.ForgetAfter = TimeSpan.FromSeconds(9), "00:00:09", "00:00:10 to 1.00:00:00"),
        ("Discovery.ForgetAfter", o => o.Discovery.ForgetAfter = TimeSpan.FromDays(2), "2.00:00:00", "to 1.00:00:00"),
        ("Failover.Mode", o => { Coordinate(o); o.ConnectionString = "Username=app"; o.Discovery.Sources.Add(new ListedHosts("db4")); }, "discovered nodes do not vote", "List the nodes"),
        ("Routing.HedgeAfter", o => o.Routing.HedgeAfter = TimeSpan.FromTicks(1), "00:00:00.0000001", "00:00:00.0010000 to 00:00:10"),
        ("Routing.HedgeAfter", o => o.Routing.HedgeAfter = TimeSpan.FromSeconds(11), "00:00:11", "00:00:00.0010000 to 00:00:10"),
        ("Probing.Interval", o => o.Probing.Interval = TimeSpan.FromMilliseconds(9), "00:00:00.0090000", "00:00:00.0100000 to 00:00:05"),
        ("Probing.Interval", o => o.Probing.Interval = TimeSpan.FromSeconds(2), "00:00:02", "Routing.MaxReplicaLag = 00:00:05"),
        ("Probing.SuspectInterval", o => o.Probing.SuspectInterval = TimeSpan.Zero, "00:00:00", "00:00:00.0100000 to 00:00:10"),
        ("Probing.SuspectInterval", o => o.Probing.SuspectInterval = TimeSpan.FromSeconds(11), "00:00:11", "to 00:00:10"),
        ("Probing.Timeout", o => o.Probing.Timeout = TimeSpan.FromMilliseconds(49), "00:00:00.0490000", "00:00:00.0500000 to 00:00:30"),
        ("Probing.Timeout", o => o.Probing.Timeout = TimeSpan.FromSeconds(31), "00:00:31", "to 00:00:30"),
        ("Probing.TimeoutsUntilUnreachable", o => o.Probing.TimeoutsUntilUnreachable = 0, "is 0", "1 to 20"),
        ("Probing.TimeoutsUntilUnreachable", o => o.Probing.TimeoutsUntilUnreachable = 21, "is 21", "1 to 20"),
        ("Connections.WaitTimeout", o => o.Connections.WaitTimeout = TimeSpan.FromTicks(-1), "-00:00:00.0000001", "00:00:00 to 01:00:00"),
        ("Connections.WaitTimeout", o => o.Connections.WaitTimeout = TimeSpan.FromHours(2), "02:00:00", "to 01:00:00"),
        ("Failover.LeaseDuration", o => o.Failover.LeaseDuration = TimeSpan.FromMilliseconds(999), "00:00:00.9990000", "00:00:01 to 00:01:00"),
        ("Failover.LeaseDuration", o => o.Failover.LeaseDuration = TimeSpan.FromSeconds(61), "00:01:01", "to 00:01:00"),
        ("Failover.StepTimeout", o => o.Failover.StepTimeout = TimeSpan.FromMilliseconds(99), "00:00:00.0990000", "00:00:00.1000000 to 00:01:00"),
        ("Failover.StepTimeout", o => o.Failover.StepTimeout = TimeSpan.FromSeconds(61), "00:01:01", "to 00:01:00"),
        ("Failover.StartupGrace", o => o.Failover.StartupGrace = TimeSpan.FromTicks(-1), "-00:00:00.0000001", "00:00:00 to 00:10:00"),
        ("Failover.StartupGrace", o => o.Failover.StartupGrace = TimeSpan.FromMinutes(11), "00:11:00", "to 00:10:00"),
        ("Failover.FailoverWindow", o => o.Failover.FailoverWindow = TimeSpan.FromMilliseconds(999), "00:00:00.9990000", "00:00:01 to 1.00:00:00"),
        ("Failover.FailoverWindow", o => o.Failover.FailoverWindow = TimeSpan.FromHours(25), "1.01:00:00", "to 1.00:00:00"),
        ("Failover.WithoutMajority.Timeout", o => o.Failover.WithoutMajority.Timeout = TimeSpan.FromMilliseconds(999), "00:00:00.9990000", "00:00:01 to 00:10:00"),
        ("Failover.WithoutMajority.Timeout", o => o.Failover.WithoutMajority.Timeout = TimeSpan.FromMinutes(11), "00:11:00", "to 00:10:00"),
        ("Failover.WithoutMajority.Writes", o => o.Failover.WithoutMajority.Writes = (WithoutMajorityAccess)2, "is 2", "Refuse, Allow"),
        ("Failover.WithoutMajority.Reads", o => o.Failover.WithoutMajority.Reads = (WithoutMajorityAccess)(-1), "is -1", "Refuse, Allow"),
        ("Failover.MaxFailovers", o => o.Failover.MaxFailovers = 0, "is 0", "1 to 100"),
        ("Failover.MaxFailovers", o => o.Failover.MaxFailovers = 101, "is 101", "1 to 100"),
        ("Failover.ControlDatabase", o => o.Failover.ControlDatabase = "", "is empty", "leave it out for 'postgres'"),
        ("Failover.MaxDataLossBytes", o => o.Failover.MaxDataLossBytes = -1, "is -1", "0 or more"),
        ("Failover.ControlPassword", o => o.Failover.ControlPassword = "secret", "without Failover.ControlUsername", "Name the user too"),
        ("Failover.RequiredSynchronousStandbys", o => o.Failover.RequiredSynchronousStandbys = -1, "is -1", "0 (asynchronous) or more"),
        ("Failover.RequiredSynchronousStandbys", o => { Coordinate(o); o.Failover.RequiredSynchronousStandbys = 3; }, "is 3", "2 standbys at most. Lower it, or add nodes"),
        ("Failover.Mode", o => { Coordinate(o); o.Failover.Mode = (FailoverMode)5; }, "is 5", "Observe or Coordinate"),
        ("Failover.Mode", o => { Coordinate(o); o.ConnectionString = "Host=db1"; }, "a single node", "List the standbys too"),
        ("Failover.Fencing.Timeout", o => o.Failover.Fencing.Timeout = TimeSpan.FromMilliseconds(999), "00:00:00.9990000", "00:00:01 to 00:02:00"),
        ("Failover.Fencing.Timeout", o => o.Failover.Fencing.Timeout = TimeSpan.FromMinutes(3), "00:03:00", "to 00:02:00"),
        ("Failover.Fencing.Command", o => { Coordinate(o); o.Failover.Fencing.Command = "fence.sh"; }, "is 'fence.sh'", "absolute path of a program that is on this host"),
        ("Failover.Fencing.Command", o => { Coordinate(o); o.Failover.Fencing.Command = "/nowhere/fence.sh"; }, "is '/nowhere/fence.sh'", "absolute path of a program that is on this host"),
        ("Failover.Fencing.DryRun", o => { Coordinate(o); o.Failover.Fencing.DryRun = true; }, "Failover.Fencing.Command is not set", "Give the program"),
        ("Failover.Replication.Username", o => { Coordinate(o); o.Failover.Replication.Username = " "; }, "is empty", "the user they replicate with"),
        ("Failover.Replication", o => { Coordinate(o); o.Failover.Replication.Password = "p"; o.Failover.Replication.PassFile = "/f"; }, "both Password and PassFile", "Give one"),
    ];

    public static TheoryData<int> WrongSettings => [.. Enumerable.Range(0, s_wrong.Length)];

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public void Validate_OneSettingOutOfBounds_GivesOneMessageWithSettingValueAndRemedy(int index)
    {
        var (setting, change, value, remedy) = s_wrong[index];
        var options = new HaDatabaseOptions { ConnectionString = Hosts };
        change(options);

        var failure = Assert.Single(Errors(options));

        Assert.Contains(setting, failure, StringComparison.Ordinal);
        Assert.Contains(value, failure, StringComparison.Ordinal);
        Assert.Contains(remedy, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Defaults_NeedNothingButTheHosts() => Assert.Empty(Errors(new HaDatabaseOptions { ConnectionString = Hosts }));

    [Fact]
    public void Validate_DiscoveryInsteadOfHosts_IsValid()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Username=app", Routing = { Zone = "east" } };
        options.Discovery.Sources.Add(new ListedHosts("db4", "east"));
        Assert.Empty(Errors(options));
    }

    [Fact]
    public void Validate_CoordinateWithReplicationUser_IsValid()
    {
        var options = new HaDatabaseOptions { ConnectionString = Hosts };
        Coordinate(options);
        Assert.Empty(Errors(options));
    }

    [Fact]
    public void Validate_ValuesAtTheirBounds_AreValid()
    {
        var least = new HaDatabaseOptions
        {
            ConnectionString = Hosts,
            ClusterName = "m",
            Routing = { MaxReplicaLag = TimeSpan.FromMilliseconds(40), LatencyWindow = TimeSpan.Zero, FailbackDelay = TimeSpan.Zero, FailbackRamp = TimeSpan.Zero, MaxPrimaryReadShare = 0, HedgeAfter = TimeSpan.FromMilliseconds(1) },
            Discovery = { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromMilliseconds(100), ForgetAfter = TimeSpan.FromSeconds(10) },
            Probing = { Interval = TimeSpan.FromMilliseconds(10), SuspectInterval = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromMilliseconds(50), TimeoutsUntilUnreachable = 1 },
            Connections = { WaitTimeout = TimeSpan.Zero },
            Failover = { LeaseDuration = TimeSpan.FromSeconds(1), StepTimeout = TimeSpan.FromMilliseconds(100), MaxDataLossBytes = 0, RequiredSynchronousStandbys = 0, WithoutMajority = { Timeout = TimeSpan.FromSeconds(1) } },
        };
        var most = new HaDatabaseOptions
        {
            ConnectionString = Hosts,
            ClusterName = new string('m', 40),
            Routing = { MaxReplicaLag = TimeSpan.FromDays(1), LatencyWindow = TimeSpan.FromSeconds(10), Fallback = ReadFallback.Freshest, Consistency = ReadConsistency.Eventual, CatchUpTimeout = TimeSpan.FromSeconds(10), FailbackDelay = TimeSpan.FromMinutes(10), FailbackRamp = TimeSpan.FromHours(1), MaxPrimaryReadShare = 1, HedgeAfter = TimeSpan.FromSeconds(10) },
            Discovery = { Interval = TimeSpan.FromHours(1), Timeout = TimeSpan.FromMinutes(1), ForgetAfter = TimeSpan.FromDays(1) },
            Probing = { Interval = TimeSpan.FromSeconds(5), SuspectInterval = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(30), TimeoutsUntilUnreachable = 20 },
            Connections = { WaitTimeout = TimeSpan.FromHours(1) },
            Failover = { LeaseDuration = TimeSpan.FromSeconds(60), StepTimeout = TimeSpan.FromSeconds(60), MaxDataLossBytes = long.MaxValue, WithoutMajority = { Timeout = TimeSpan.FromMinutes(10) } },
        };
        Assert.Empty(Errors(least));
        Assert.Empty(Errors(most));
    }

    [Fact]
    public void Validate_SeveralErrors_ReportsAllAtOnce()
    {
        var options = new HaDatabaseOptions
        {
            ConnectionString = "Host=;Multiplexing=true",
            ClusterName = "no good",
            Routing = { MaxReplicaLag = TimeSpan.Zero },
            Probing = { TimeoutsUntilUnreachable = 0 },
            Failover = { ControlDatabase = "", Mode = FailoverMode.Coordinate },
        };

        var errors = Errors(options);

        string[] settings = ["names no host", "Multiplexing", "ClusterName", "Routing.MaxReplicaLag", "TimeoutsUntilUnreachable", "Failover.ControlDatabase", "Failover.Replication.Username"];
        Assert.All(settings, s => Assert.Contains(errors, e => e.Contains(s, StringComparison.Ordinal)));
        var thrown = Assert.Throws<OptionsValidationException>(() => HaDatabaseOptionsValidator.ThrowIfInvalid(options));
        Assert.Equal(errors, thrown.Failures);
    }

    [Fact]
    public void EffectiveInterval_LeftOut_IsAQuarterOfTheBoundAndOneSecondAtMost()
    {
        var probing = new ProbingOptions();
        Assert.Equal(TimeSpan.FromMilliseconds(100), probing.EffectiveInterval(TimeSpan.FromMilliseconds(400)));
        Assert.Equal(TimeSpan.FromSeconds(1), probing.EffectiveInterval(TimeSpan.FromMinutes(1)));
        probing.Interval = TimeSpan.FromMilliseconds(20);
        Assert.Equal(TimeSpan.FromMilliseconds(20), probing.EffectiveInterval(TimeSpan.FromMinutes(1)));
    }

    private static string[] Errors(HaDatabaseOptions options) => [.. new HaDatabaseOptionsValidator().Validate(null, options).Failures ?? []];

    private static void Nodes(HaDatabaseOptions options, params HaNodeOptions[] nodes)
    {
        options.ConnectionString = "Username=app";
        foreach (var node in nodes)
            options.Nodes.Add(node);
    }

    private static void Coordinate(HaDatabaseOptions options)
    {
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.Replication.Username = "replicator";
    }
}

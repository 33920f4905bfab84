using HaConnect.Doctor;
using HaConnect.Failover;
using HaConnect.Failover.Slots;
using HaConnect.Probing;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Doctor;

/// <summary>A cluster as it should be: primary p, standbys a and b. Each test makes one thing wrong in it.</summary>
internal static class Healthy
{
    internal static Examination Cluster(bool coordinates = true, int required = 1, int witnesses = 0, WithoutMajorityOptions? withoutMajority = null, bool keepsSlots = false)
    {
        var cluster = new Cluster(required: required, witnesses: witnesses);
        var settings = cluster.Settings("i");
        NodeReading[] nodes =
        [
            .. settings.Voters.Select(v => v.IsWitness ? new NodeReading(v.Name, IsWitness: true) : new NodeReading(v.Name, IsWitness: false)
            {
                Server = Server(cluster[v.Name]),
                Slots = new SlotReading { InRecovery = cluster[v.Name].InRecovery, VersionNumber = 150018 },
                Record = coordinates ? cluster[v.Name].Record(settings) : null,
            }),
        ];
        return new Examination(settings, coordinates, withoutMajority ?? new WithoutMajorityOptions(), keepsSlots, nodes)
        {
            Options = new ExaminedOptions { ApplicationUser = "app", ApplicationDatabase = "shop", ControlUser = "haconnect", ReplicationUser = "replicator", EncryptedAtRest = true },
        };
    }

    /// <summary>What is wrong, without what is only good to know.</summary>
    internal static IReadOnlyList<ClusterFinding> Problems(Examination seen) => [.. Diagnosis.Of(seen).Where(f => f.Severity > FindingSeverity.Information)];

    internal static Examination With(this Examination seen, string node, Func<NodeReading, NodeReading> change) =>
        seen with { Nodes = [.. seen.Nodes.Select(n => n.Node == node ? change(n) : n)] };

    internal static Examination WithSetting(this Examination seen, string node, string name, string value, string unit = "", string source = "configuration file") =>
        seen.With(node, n => n with { Settings = (n.Settings ?? new SettingsReading()) with { Values = new Dictionary<string, Setting>(n.Settings?.Values ?? new Dictionary<string, Setting>(), StringComparer.Ordinal) { [name] = new(value, unit, source) } } });

    internal static Examination WithState(this Examination seen, string node, Func<StateReading, StateReading> change) =>
        seen.With(node, n => n with { State = change(n.State ?? new StateReading { SeesStatistics = true, Receiver = n.Server!.InRecovery ? "streaming" : null }) });

    internal static Examination WithAccess(this Examination seen, Func<AccessReading, AccessReading> change) =>
        seen.With("p", n => n with { Access = change(n.Access ?? new AccessReading { MayReadRules = true }) });

    internal static Examination WithServer(this Examination seen, string node, Func<ServerReading, ServerReading> change) =>
        seen.With(node, n => n with { Server = change(n.Server!) });

    internal static Examination WithSlots(this Examination seen, string node, Func<SlotReading, SlotReading> change) =>
        seen.With(node, n => n with { Slots = change(n.Slots!) });

    internal static Examination WithRecord(this Examination seen, string node, Func<VoterRecord, VoterRecord> change) =>
        seen.With(node, n => n with { Record = change(n.Record!) });

    internal static Examination WithFailure(this Examination seen, string node, ProbeFailure failure) =>
        seen.With(node, n => new NodeReading(n.Node, n.IsWitness) { Failure = failure });

    /// <summary>The one finding there is, of this severity, at this node, with these parts of its problem.</summary>
    internal static ClusterFinding Only(this Examination seen, FindingSeverity severity, string? node, params string[] parts)
    {
        var finding = Assert.Single(Healthy.Problems(seen));
        Assert.Equal((severity, node), (finding.Severity, finding.Node));
        Assert.All(parts, part => Assert.Contains(part, finding.Problem, StringComparison.Ordinal));
        return finding;
    }

    private static ServerReading Server(Server server) => new()
    {
        InRecovery = server.InRecovery,
        SystemIdentifier = Given.SystemId,
        VersionNumber = 150018,
        User = "haconnect",
        Limits = [100, 8, 10, 0, 64],
        WalKeepSize = 1024,
        WalReceiverTimeout = TimeSpan.FromSeconds(2),
        SynchronousNamesText = server.SynchronousNames,
        SeesStatistics = true,
        Senders = server.InRecovery ? [] : [("a", true), ("b", true)],
    };
}

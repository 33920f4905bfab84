using HaConnect.Failover;
using HaConnect.Failover.Slots;
using HaConnect.Probing;

namespace HaConnect.Doctor;

/// <summary>All that was read, for the checks to judge.</summary>
/// <param name="Settings">What a coordinator of these options would go by.</param>
/// <param name="Coordinates">Whether this instance may coordinate; else it only observes.</param>
/// <param name="WithoutMajority">What this instance does that sees too few voters.</param>
/// <param name="KeepsSlots">Whether coordinators of these options keep replication slots.</param>
/// <param name="Nodes">Every configured node and witness.</param>
internal sealed record Examination(FailoverSettings Settings, bool Coordinates, WithoutMajorityOptions WithoutMajority, bool KeepsSlots, IReadOnlyList<NodeReading> Nodes)
{
    /// <summary>What else the options say.</summary>
    internal ExaminedOptions Options { get; init; } = new();

    /// <summary>The data nodes that were read.</summary>
    internal IReadOnlyList<(string Node, ServerReading Server)> Servers => [.. Nodes.Where(n => n.Server is not null).Select(n => (n.Node, n.Server!))];

    /// <summary>What they say of replication slots.</summary>
    internal IReadOnlyDictionary<string, SlotReading> Slots => Nodes.Where(n => n.Slots is not null).ToDictionary(n => n.Node, n => n.Slots!, StringComparer.Ordinal);

    /// <summary>Their settings.</summary>
    internal IEnumerable<(string Node, ServerReading Server, SettingsReading Settings)> Configured =>
        Nodes.Where(n => n is { Server: not null, Settings: not null }).Select(n => (n.Node, n.Server!, n.Settings!));

    /// <summary>What they are at.</summary>
    internal IEnumerable<(string Node, ServerReading Server, StateReading State)> Running =>
        Nodes.Where(n => n is { Server: not null, State: not null }).Select(n => (n.Node, n.Server!, n.State!));

    /// <summary>Roles and databases are the same on all nodes: those of the primary, or of the first node that was read.</summary>
    internal (string Node, AccessReading Access)? Access =>
        Nodes.Where(n => n.Access is not null).OrderByDescending(n => n.Node == Primary?.Node).Select(n => ((string, AccessReading)?)(n.Node, n.Access!)).FirstOrDefault();

    /// <summary>The newest established term on record.</summary>
    internal TermRow? Established => Nodes.Select(n => n.Record?.EstablishedTerm).Where(t => t is not null).MaxBy(t => t!.Term);

    /// <summary>The node out of recovery; where there are several, the one that the newest established term names; null where that does not tell.</summary>
    internal (string Node, ServerReading Server)? Primary
    {
        get
        {
            var open = Servers.Where(s => !s.Server.InRecovery).ToList();
            var found = open.Count == 1 ? open : open.Where(s => s.Node == Established?.Primary).ToList();
            return found.Count == 1 ? found[0] : null;
        }
    }
}

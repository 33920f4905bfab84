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
    /// <summary>The data nodes that were read.</summary>
    internal IReadOnlyList<(string Node, ServerReading Server)> Servers { get; } = [.. Nodes.Where(n => n.Server is not null).Select(n => (n.Node, n.Server!))];

    /// <summary>What they say of replication slots.</summary>
    internal IReadOnlyDictionary<string, SlotReading> Slots { get; } = Nodes.Where(n => n.Slots is not null).ToDictionary(n => n.Node, n => n.Slots!, StringComparer.Ordinal);

    /// <summary>The newest established term on record.</summary>
    internal TermRow? Established { get; } = Nodes.Select(n => n.Record?.EstablishedTerm).Where(t => t is not null).MaxBy(t => t!.Term);

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

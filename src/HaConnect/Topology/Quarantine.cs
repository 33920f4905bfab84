using System.Globalization;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Nodes that are out of recovery and not the primary: nothing is routed to them, and nothing is done to them. Whether such a node is an
/// old primary, a promotion under way or a fork decides what an operator has to do. Pure.
/// </summary>
internal static class Quarantine
{
    /// <summary>Null where it is not quarantined.</summary>
    internal static string? Why(NodeFacts node, PrimarySelection selection)
    {
        var (name, epoch) = (node.Node.Name, selection.Epoch);
        if (node.LastState is not { InRecovery: false } state || ReferenceEquals(node.Node, epoch?.Primary))
            return null;
        if (selection.Term is not { } term)
        {
            return epoch is null ? null : string.Create(CultureInfo.InvariantCulture,
                $"quarantined: out of recovery on timeline {node.Timeline}, but {epoch.Primary.Name} is the primary on {epoch.Timeline}; bring it back as a standby (docs/operations/rejoin.md)");
        }

        // A later term is under way, and this node may be the one that is established in it.
        if (state.Register is { } register && register.Term > term.Term && register.Node == name)
            return null;

        // An old primary's own record ends with its own term; that of a standby promoted by hand with another's.
        var row = state.EstablishedTerm;
        if (row?.Primary == name ? row.Term < term.Term : epoch is not null && node.Timeline < epoch.Timeline)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"quarantined: an old primary{(SynchronousNames.IsClosed(state.SynchronousStandbyNames) ? ", fenced" : "")}, on timeline {node.Timeline}, while term {term.Term} belongs to {term.Primary}; bring it back as a standby (docs/operations/rejoin.md)");
        }

        // While the primary is out of sight only these records can tell.
        if (name == term.Primary || (epoch is null && (row is null || !state.SeesRegister)))
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"quarantined: a fork. It is out of recovery on timeline {node.Timeline}, but term {term.Term} belongs to {term.Primary}: it was promoted by hand, or by a failover that came to no end, and HaConnect leaves it alone. Stop it, look whether anything was written there that is still needed, and make it a standby from a new base backup (docs/operations/rejoin.md)");
    }
}

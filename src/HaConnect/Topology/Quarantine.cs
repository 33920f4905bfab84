using System.Globalization;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Nodes that are out of recovery and not the primary: nothing is routed to them, and nothing is done to them. Whether such a node is an
/// old primary, a promotion under way or one that somebody made by hand decides what an operator has to do. Pure.
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

        if (state.Register is { } register && register.Term > term.Term && register.Decision == name && register.Node == name)
            return string.Create(CultureInfo.InvariantCulture, $"quarantined: promoted in term {register.Term}, which is not established yet");

        // Without a primary in sight its timeline is not known; that a node other than the term's primary left recovery says enough.
        if (epoch is null ? name == term.Primary || !state.SeesRegister : node.Timeline < epoch.Timeline)
        {
            return epoch is null ? null : string.Create(CultureInfo.InvariantCulture,
                $"quarantined: an old primary, on timeline {node.Timeline}, while {epoch.Primary.Name} is the primary of term {term.Term} on {epoch.Timeline}; bring it back as a standby (docs/operations/rejoin.md)");
        }

        var by = state.SeesRegister ? "it was promoted outside HaConnect" : "it was promoted outside HaConnect, or by a failover that is not finished";
        return string.Create(CultureInfo.InvariantCulture,
            $"quarantined: a fork. It is out of recovery on timeline {node.Timeline}, but term {term.Term} belongs to {term.Primary}: {by}, and HaConnect leaves it alone. Stop it, look whether anything was written there that is still needed, and make it a standby from a new base backup (docs/operations/rejoin.md)");
    }
}

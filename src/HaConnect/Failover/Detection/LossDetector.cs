using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Failover.Detection;

/// <summary>
/// Judges whether the primary is lost. Pure. Lost needs all of: it does not answer here (refused at once, or several time-outs), at
/// least half of the other data nodes answer, and no reachable standby hears it any more. What a standby cannot show is Unknown, never Lost.
/// </summary>
internal static class LossDetector
{
    /// <param name="facts">What is known of every node.</param>
    /// <param name="timeoutsUntilUnreachable">See <see cref="ProbingOptions.TimeoutsUntilUnreachable"/>.</param>
    /// <param name="startupGrace">See <see cref="FailoverOptions.StartupGrace"/>.</param>
    internal static PrimaryVerdict Judge(IReadOnlyList<NodeFacts> facts, int timeoutsUntilUnreachable, TimeSpan startupGrace)
    {
        var configured = facts.Where(f => f.Node.IsConfigured).ToList();
        var free = configured.Count(f => f is { Failure: null, LastState.CoordinatorLockHeld: false });
        var newest = configured.Select(f => f.LastState?.EstablishedTerm).Where(t => t is not null).MaxBy(t => t!.Term);
        var name = newest?.Primary ?? OnlyPrimary(configured);
        var primary = configured.Find(f => f.Node.Name == name);
        if (primary is null)
            return new PrimaryVerdict(VerdictKind.Unknown, name, name is null ? "no primary is known" : $"{name} is not a configured node", null, free);

        var (kind, reason) = Judge(primary, configured, timeoutsUntilUnreachable, startupGrace);
        return new PrimaryVerdict(kind, name, reason, primary.LastState?.InsertLsn, free);
    }

    private static (VerdictKind Kind, string Reason) Judge(NodeFacts primary, List<NodeFacts> configured, int timeoutsUntilUnreachable, TimeSpan startupGrace)
    {
        var name = primary.Node.Name;
        switch (primary.Reachability(timeoutsUntilUnreachable))
        {
            case NodeReachability.Unknown:
                return (VerdictKind.Unknown, $"{name} has not been probed yet");
            case NodeReachability.Reachable when !primary.LastState!.InRecovery:
                return (VerdictKind.Healthy, $"{name} answers");
            case NodeReachability.Suspect when primary.Failure!.Kind != ProbeFailureKind.NotReady || primary.NotReadyFor < startupGrace:
                return (VerdictKind.Suspect, $"{name}: {primary.Failure!.Message}");
        }

        if (primary.Failure?.Kind == ProbeFailureKind.Misconfigured)
            return (VerdictKind.Unknown, $"{name} does not let this instance in: {primary.Failure.Message}");

        var answering = configured.Where(f => f.Failure is null && f.WasProbed && !ReferenceEquals(f, primary)).ToList();
        if (answering.Count + 1 <= configured.Count / 2)
            return (VerdictKind.Unknown, $"{name} does not answer, nor does a majority of the nodes: this instance may be cut off itself");
        foreach (var standby in answering.Where(f => f.LastState!.InRecovery && !FollowsAnother(f.LastState, primary.Node, configured)))
        {
            switch (standby.LastState!.HearsUpstream)
            {
                case true:
                    return (VerdictKind.UnreachableFromHere, $"{name} does not answer here, but {standby.Node.Name} still hears it");
                case null:
                    return (VerdictKind.Unknown, $"{name} does not answer here, and whether {standby.Node.Name} hears it cannot be seen: grant the control user pg_monitor");
            }
        }

        // After a restart of all of them the standbys may be up first: that they hear nothing says nothing of a primary that is still coming.
        if (answering.Count > 0 && answering.TrueForAll(f => HasJustStarted(f, startupGrace)))
            return (VerdictKind.Suspect, $"{name} does not answer, but {string.Join(" and ", answering.Select(f => f.Node.Name))} started just now and received nothing yet: it is given Failover.StartupGrace to come back too");

        var how = primary.Failure?.Message ?? "it has become a standby";
        return answering.Count == 0
            ? (VerdictKind.Unknown, $"{name} does not answer, and neither does any standby")
            : (VerdictKind.Lost, $"{name} is lost: {how}; {string.Join(" and ", answering.Select(f => f.Node.Name))} hear nothing of it");
    }

    private static bool HasJustStarted(NodeFacts standby, TimeSpan startupGrace) =>
        standby.LastState!.InRecovery && !standby.HasStreamed && standby.SeenFor < startupGrace;

    /// <summary>
    /// Whoever streams from another of the nodes hears that one: after a promotion that came to no end the followers of the new primary
    /// would otherwise keep the old one alive for ever. An address that is no node's may be the primary's other one.
    /// </summary>
    private static bool FollowsAnother(ServerState standby, Node primary, List<NodeFacts> configured) =>
        standby.Upstream is { } upstream && configured.Any(f => !ReferenceEquals(f.Node, primary) && ConfiguredNode.NameOf(f.Node.Host, f.Node.Port) == upstream);

    private static string? OnlyPrimary(List<NodeFacts> configured)
    {
        var primaries = configured.Where(f => f.LastState is { InRecovery: false }).ToList();
        return primaries.Count == 1 ? primaries[0].Node.Name : null;
    }
}

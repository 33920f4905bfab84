using System.Globalization;
using HaConnect.Topology;
using NpgsqlTypes;

namespace HaConnect.Routing;

/// <summary>Says of each node what <see cref="ReadRouter"/> makes of it. Pure.</summary>
internal static class RoutingExplainer
{
    internal static RoutingExplanation Write(ClusterSnapshot snapshot)
    {
        var nodes = snapshot.Nodes.Select(n => new NodeExplanation(n, ReferenceEquals(n.Node, snapshot.WritableNode), n.Reason)).ToArray();
        return new RoutingExplanation(snapshot, snapshot.WritableNode is { } primary ? $"a write goes to {primary.Name}: {snapshot.Reason}" : $"a write {(snapshot.IsMisconfigured ? "fails" : "waits")}: {snapshot.Reason}", nodes);
    }

    /// <param name="snapshot">The cluster.</param>
    /// <param name="oldest">The moment of the decision less the bound.</param>
    /// <param name="demand">What the read asks for.</param>
    internal static RoutingExplanation Read(ClusterSnapshot snapshot, long oldest, ReadDemand demand)
    {
        var chosen = FirstOf(snapshot, oldest, demand);
        if (chosen.Count == 0 && demand.TakesUnproven)
            chosen = FirstOf(snapshot, StalenessLedger.None, demand.Unproven);
        var decision = ReadRouter.Route(ReadPicker.LeastInUse, snapshot, oldest, demand);
        if (chosen.Count == 0 && decision.Node is { } fallback)
            chosen = [fallback.Name];
        var unknown = (demand.Only ?? []).Where(o => snapshot[o] is null).ToList();
        var missing = unknown.Count == 0 ? "" : $"; no node is named {string.Join(" or ", unknown)} now (ReadPolicy.Nodes)";
        var nodes = snapshot.Nodes.Select(n => new NodeExplanation(n, chosen.Contains(n.Name), Why(n, snapshot, oldest, demand, chosen, decision))).ToArray();
        return new RoutingExplanation(snapshot, Outcome(chosen, decision, demand, snapshot) + missing, nodes);
    }

    private static string Outcome(List<string> chosen, RoutingDecision decision, in ReadDemand demand, ClusterSnapshot snapshot) => decision.Reason switch
    {
        RoutingReason.FreshReplica => $"the read goes to {string.Join(" or ", chosen)}, which {(chosen.Count == 1 ? "holds" : "each hold")} {Asked(demand)}",
        RoutingReason.FallbackToPrimary => demand.PrimaryOnly ? $"the read goes to the primary {chosen[0]}, since it is to be strongly consistent" : $"the read goes to the primary {chosen[0]}, since no replica is proven to hold {Asked(demand)}",
        RoutingReason.FallbackToFreshest when demand.TakesUnproven => $"the read goes to {string.Join(" or ", chosen)}, since it may be of any age",
        RoutingReason.FallbackToFreshest => $"the read goes to {chosen[0]}, the freshest, since no replica is proven to hold {Asked(demand)}",
        _ => $"the read {(demand is { Fallback: ReadFallback.Fail, PrimaryOnly: false } || snapshot.IsMisconfigured ? "fails" : "waits")}: {(demand.PrimaryOnly ? "there is no primary that can be read" : $"no replica is proven to hold {Asked(demand)}")} (fallback {demand.Fallback})",
    };

    /// <summary>As the object of "holds".</summary>
    private static string Asked(in ReadDemand demand)
    {
        var age = demand.IsOfAnyAge ? "anything" : string.Create(CultureInfo.InvariantCulture, $"what was acked {demand.Bound.TotalMilliseconds:0} ms ago");
        return demand switch
        {
            { Replayed: > 1 } => $"{age} and {new NpgsqlLogSequenceNumber(demand.Replayed)}, as the causal token asks for",
            { SeenUntil: > 0 } => $"{age} and what was seen before in this scope",
            _ => age,
        };
    }

    private static string Why(NodeSnapshot node, ClusterSnapshot snapshot, long oldest, ReadDemand demand, List<string> chosen, RoutingDecision decision)
    {
        if (ReferenceEquals(node.Node, snapshot.PrimaryNode))
            return WhyPrimary(snapshot, oldest, demand, decision);
        if (demand.PrimaryOnly)
            return "no replica will do for a strongly consistent read";
        if (snapshot.ReadTargetOf(node.Node) is not { } target)
            return node.Reason;
        if (!demand.Admits(target))
            return $"{(target.IsSynchronous is null && demand.Kind != ReplicaKind.Any ? "whether it is synchronous cannot be seen (grant the probing user pg_monitor)" : "not asked for")}: {(demand.Only is { } only && !only.Contains(node.Name, StringComparer.Ordinal) ? $"only {string.Join(", ", only)} will do" : $"only {(demand.Kind == ReplicaKind.Synchronous ? "synchronous" : "asynchronous")} replicas will do")}; {node.Reason}";
        if (!demand.IsMetBy(target, oldest))
            return $"{WhyNot(target, oldest, demand)}; {node.Reason}{(!chosen.Contains(node.Name, StringComparer.Ordinal) ? "" : demand.TakesUnproven ? "; taken all the same, since any age will do" : "; taken all the same, as the freshest")}";
        return chosen.Contains(node.Name, StringComparer.Ordinal) ? node.Reason : $"it would do, but others go first: {(target.IsInReserve ? "it is in reserve" : "those of Routing.Zone, then those within Routing.LatencyWindow of the fastest")}; {node.Reason}";
    }

    private static string WhyNot(ReadTarget target, long oldest, in ReadDemand demand) => target switch
    {
        _ when target.FreshAsOf < oldest => "not proven to be fresh enough",
        _ when target.Replayed < demand.Replayed => $"has replayed {(target.Replayed == 0 ? "nothing of the present term" : new NpgsqlLogSequenceNumber(target.Replayed))} at its last probe",
        _ => "may lack what was seen before in this scope",
    };

    private static string WhyPrimary(ClusterSnapshot snapshot, long oldest, in ReadDemand demand, RoutingDecision decision)
    {
        if (ReferenceEquals(decision.Node, snapshot.PrimaryNode))
            return snapshot.Reason;
        if (decision.Node is not null)
            return $"not needed: a replica will do; {snapshot.Reason}";
        return snapshot.PrimaryFreshAsOf < oldest
            ? $"another one may have been established meanwhile, as far as is proven; {snapshot.Reason}"
            : $"the fallback {demand.Fallback} forbids it; {snapshot.Reason}";
    }

    /// <summary>Those of the first tier in which one will do.</summary>
    private static List<string> FirstOf(ClusterSnapshot snapshot, long oldest, ReadDemand demand) =>
        snapshot.ReadTiers.Select(t => Names(t, oldest, demand)).FirstOrDefault(names => names.Count > 0) ?? [];

    private static List<string> Names(ReadTarget[] targets, long oldest, ReadDemand demand) => [.. targets.Where(t => demand.IsMetBy(t, oldest)).Select(t => t.Node.Name)];
}

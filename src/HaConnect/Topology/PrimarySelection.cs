using System.Globalization;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Which node is the primary. Pure. In a managed cluster only an established term makes a primary, never a timeline number; in an
/// unmanaged one it is the only node out of recovery, or of several the one on the highest timeline, and none where those are equal.
/// </summary>
internal sealed record PrimarySelection(Epoch? Epoch, string Reason)
{
    /// <summary>The newest established term, whether its primary is in sight or not; null in an unmanaged cluster.</summary>
    internal TermRow? Term { get; private init; }

    /// <param name="nodes">All nodes of the pinned system identifier.</param>
    /// <param name="newestTerm">The newest established term this instance has ever seen; it never goes back. Null too where coordination was given up since.</param>
    /// <param name="newestTermSeenAt">When the probe that showed it first was sent.</param>
    /// <param name="highestTimeline">The highest timeline of a primary this instance has ever routed to in an unmanaged cluster.</param>
    /// <param name="timeoutsUntilUnreachable">See <see cref="ProbingOptions.TimeoutsUntilUnreachable"/>.</param>
    /// <param name="before">Who was the primary until now.</param>
    internal static PrimarySelection Select(IEnumerable<NodeFacts> nodes, TermRow? newestTerm, long newestTermSeenAt, int highestTimeline, int timeoutsUntilUnreachable, Epoch? before = null)
    {
        var running = nodes.Where(n => n.LastState is { InRecovery: false } && n.MayServe(timeoutsUntilUnreachable)).ToList();
        return newestTerm is not null ? Managed(running, newestTerm, newestTermSeenAt, before) with { Term = newestTerm } : Unmanaged(running, highestTimeline);
    }

    private static PrimarySelection Managed(List<NodeFacts> running, TermRow newest, long newestSeenAt, Epoch? before)
    {
        var term = newest.Term.ToString(CultureInfo.InvariantCulture);
        foreach (var node in running)
        {
            var row = node.LastState!.EstablishedTerm;
            if (row?.Term == newest.Term && row.Primary == node.Node.Name && (node.LastState.NewestTerm?.Term == newest.Term || IsConfirmed(node, newest, before)))
                return new(EpochOf(node, row), $"established primary of term {term}");

            // A standby showed the row before the primary, where it was written, was probed again.
            if (newest.Primary == node.Node.Name && node.LastStateSentAt < newestSeenAt)
                return new(EpochOf(node, newest), $"established primary of term {term}");
        }

        var other = running.Count == 0 ? "no node out of recovery answers" : $"{string.Join(", ", running.Select(n => n.Node.Name))} is out of recovery but not the established primary";
        return new(null, $"term {term} belongs to {newest.Primary}, and {other}");
    }

    /// <summary>
    /// A new term of its own is about to be established, and it never ceased to be the primary: it was promoted at no time since, which would
    /// have given it another timeline.
    /// </summary>
    private static bool IsConfirmed(NodeFacts node, TermRow newest, Epoch? before) => node.LastState!.NewestTerm?.Primary == node.Node.Name
        && before is { Term: { } term } && term.Term == newest.Term && ReferenceEquals(before.Primary, node.Node) && before.Timeline == node.Timeline;

    private static PrimarySelection Unmanaged(List<NodeFacts> running, int highestTimeline)
    {
        if (running.Count == 0)
            return new(null, "no node out of recovery answers");
        var top = running.Max(n => n.LastState!.Timeline ?? 0);
        var leading = running.Where(n => (n.LastState!.Timeline ?? 0) == top).ToList();
        if (leading.Count > 1)
            return new(null, $"{string.Join(" and ", leading.Select(n => n.Node.Name))} are both out of recovery on timeline {top}: none is used; rebuild the wrong one as a standby");
        if (top < highestTimeline)
            return new(null, $"{leading[0].Node.Name} is out of recovery on timeline {top}, older than timeline {highestTimeline} seen before: it is an old primary");
        return new(EpochOf(leading[0], null), running.Count == 1 ? "the only node out of recovery" : $"on the highest timeline, {top}");
    }

    private static Epoch EpochOf(NodeFacts node, TermRow? row) => new(node.Node, row, node.LastState!.Timeline ?? 0, node.LastState.StartTime);
}

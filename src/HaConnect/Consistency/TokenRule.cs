using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Consistency;

/// <summary>
/// What a token means in the cluster as it is now. Pure. Positions are compared within one term and timeline only; of an earlier one the
/// question is whether all of it is still there, and then whoever follows the present primary has it.
/// </summary>
internal static class TokenRule
{
    /// <param name="token">The token.</param>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="history">What the primary's rows say of the token's term; null where nobody has asked yet.</param>
    internal static TokenDemand Judge(CausalToken token, ClusterSnapshot snapshot, TermHistory? history)
    {
        if (snapshot.SystemIdentifier is not { } own || snapshot.Primary?.Timeline is not { } timeline)
            return new(TokenDemandKind.Wait);
        if (token.SystemIdentifier != own)
            return Refused(string.Create(CultureInfo.InvariantCulture, $"it is of the cluster with the system identifier {token.SystemIdentifier}, and this one's is {own}: drop it"));
        if (snapshot.Term is { } term && token.Term > 0)
            return Managed(token, term, timeline, history);
        if (snapshot.Forks.Any(f => f.IsAmbiguous && f.Timeline <= timeline && f.Timeline >= token.Timeline))
            return Refused(string.Create(CultureInfo.InvariantCulture, $"two nodes have been the primary on the same timeline since {token.Timeline}: what it stands for may be lost"));
        return token.Timeline == timeline ? Replayed(token.Lsn)
            : token.Timeline > timeline ? new(TokenDemandKind.Wait)
            : Unmanaged(token, timeline, snapshot.Forks);
    }

    private static TokenDemand Managed(CausalToken token, long term, int timeline, TermHistory? history)
    {
        if (token.Term > term)
            return new(TokenDemandKind.Wait);
        if (token.Term == term)
            return token.Timeline == timeline ? Replayed(token.Lsn) : Refused(string.Create(CultureInfo.InvariantCulture, $"it says timeline {token.Timeline}, and term {term} is on timeline {timeline}: it was not made by HaConnect, drop it"));
        if (history is not { } known)
            return new(TokenDemandKind.AskPrimary);
        if (!known.Exists)
            return Refused(string.Create(CultureInfo.InvariantCulture, $"term {token.Term}, in which it was taken, is not in the history of the present primary (term {term}): what was written in it is lost"));
        if (known.MayLackFrom is { } limit && token.Lsn > limit)
        {
            return Refused(string.Create(CultureInfo.InvariantCulture,
                $"what it stands for (term {token.Term}, up to {token.Position}) may be lost: a failover since then keeps what was written up to {new NpgsqlLogSequenceNumber(limit)} only"));
        }

        // On the same timeline the primary has been confirmed in a later term, and goes on. On another, its row is behind all that came before.
        return token.Timeline == timeline ? Replayed(token.Lsn) : Replayed(0);
    }

    private static TokenDemand Unmanaged(CausalToken token, int timeline, IReadOnlyList<Topology.TimelineFork> forks)
    {
        var at = timeline;
        while (at > token.Timeline)
        {
            if (forks.FirstOrDefault(f => f.Timeline == at) is not { Timeline: > 0 } fork)
                return Refused(string.Create(CultureInfo.InvariantCulture, $"it is of timeline {token.Timeline}, the primary is on timeline {timeline}, and this instance did not see how that one began: what it stands for may be lost"));
            if (token.Lsn > fork.ContainedUpTo)
            {
                return Refused(string.Create(CultureInfo.InvariantCulture,
                    $"what it stands for (timeline {token.Timeline}, up to {token.Position}) may be lost: of timeline {fork.Timeline} it is known only that it holds what was written up to {new NpgsqlLogSequenceNumber(fork.ContainedUpTo)}"));
            }

            at = fork.Parent;
        }

        return at == token.Timeline ? Replayed(0) : Refused(string.Create(CultureInfo.InvariantCulture, $"timeline {token.Timeline}, on which it was taken, is not in the history of the present primary: what was written on it is lost"));
    }

    /// <summary>At least 1: whoever follows the present primary has replayed something of its term.</summary>
    private static TokenDemand Replayed(ulong position) => new(TokenDemandKind.Replayed, Math.Max(1, position));

    private static TokenDemand Refused(string why) => new(TokenDemandKind.Refused, Why: why);
}

using HaConnect.Topology;

namespace HaConnect.Status.Quorum;

/// <summary>Three-valued: what is in doubt is Unknown. Pure.</summary>
internal static class Sights
{
    internal static Sight Of(VoterSight voter, ClusterSnapshot snapshot, HaDatabaseOptions options)
    {
        // Without a term there is nobody to have gone over to.
        var inForce = snapshot.NewestTerm ?? new Probing.TermRow(long.MaxValue, "", [], 0, IsEstablished: false);
        if (voter.OutOfSightSince(inForce, options.Probing.TimeoutsUntilUnreachable) is not null)
            return Sight.Missing;
        return voter.IsHeard ? Sight.Seen : Sight.Unknown;
    }

    /// <summary>One of another cluster is no voter of this one; and one that does not let this user in is there, but whether it would vote is not seen.</summary>
    internal static Sight Of(NodeSnapshot node, ClusterSnapshot snapshot, HaDatabaseOptions options) =>
        node.IsForeign ? Sight.Missing : node.IsMisconfigured ? Sight.Unknown : node.Facts is { } facts ? Of(facts.Sight, snapshot, options) : Sight.Unknown;

    internal static string NameOf(Sight sight) => sight switch
    {
        Sight.Seen => "seen",
        Sight.Missing => "missing",
        _ => "unknown",
    };
}

using System.Globalization;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Whether this instance sees so many voters that no primary can have been elected behind its back. A coordinator needs the promises of a
/// majority; whoever is in sight and gave one shows the term that came of it. So what counts is whether those out of sight could be a majority
/// by themselves, which are more than half: of three two, of four three, of two both, one of which is the primary itself. Pure.
/// </summary>
internal static class MajorityRule
{
    /// <param name="facts">What is known of the nodes; the configured ones vote.</param>
    /// <param name="witnesses">The other voters.</param>
    /// <param name="systemIdentifier">The cluster's; a node of another cluster is no voter of this one.</param>
    /// <param name="inForce">The newest established term; null in a cluster that nobody manages, in which nobody is elected.</param>
    /// <param name="timeoutsUntilUnreachable">See <see cref="ProbingOptions.TimeoutsUntilUnreachable"/>.</param>
    /// <param name="wasInSight">Whether enough were in sight at any time since this instance started.</param>
    internal static MajorityView Judge(
        IReadOnlyList<NodeFacts> facts, IReadOnlyList<VoterSight> witnesses, ulong? systemIdentifier, TermRow? inForce, int timeoutsUntilUnreachable, bool wasInSight)
    {
        if (inForce is null)
            return MajorityView.NotSeenYet; // nothing follows from it
        var (voters, heard, missing) = (witnesses.Count, 0, 0);
        for (var i = 0; i < facts.Count; i++)
        {
            if (!facts[i].Node.IsConfigured)
                continue;
            voters++;
            if (OutOfSightSince(facts[i], systemIdentifier, inForce, timeoutsUntilUnreachable) is not null)
                missing++;
            else if (facts[i].Sight.IsHeard)
                heard++;
        }

        for (var i = 0; i < witnesses.Count; i++)
        {
            if (witnesses[i].OutOfSightSince(inForce, timeoutsUntilUnreachable) is not null)
                missing++;
            else if (witnesses[i].IsHeard)
                heard++;
        }

        var majority = voters / 2 + 1;
        if (missing < majority)
            return wasInSight || voters - heard < majority ? MajorityView.InSight : MajorityView.NotSeenYet;
        return Describe(
            [
                .. facts.Where(f => f.Node.IsConfigured).Select(f => (f.Sight, IsForeign(f, systemIdentifier), OutOfSightSince(f, systemIdentifier, inForce, timeoutsUntilUnreachable))),
                .. witnesses.Select(w => (w, false, w.OutOfSightSince(inForce, timeoutsUntilUnreachable))),
            ],
            majority, wasInSight);
    }

    /// <summary>What follows from a view, now. It is the one place where the options are looked at.</summary>
    internal static MajorityDecision Decide(MajorityView view, WithoutMajorityOptions options, TimeProvider time, long now)
    {
        if (view.Kind == MajorityKind.InSight)
            return default;
        var refuse = (Writes: options.Writes == WithoutMajorityAccess.Refuse, Reads: options.Reads == WithoutMajorityAccess.Refuse);
        if (view.Kind == MajorityKind.NotSeenYet)
            return new(IsLost: false, refuse.Writes, refuse.Reads, LostIn: null, refuse is (false, false) ? null : $"not enough voters were heard since this instance started to know that nobody else was elected: {Refused(refuse)} until then");
        var elapsed = time.GetElapsedTime(view.Since, now);
        if (view.Kind == MajorityKind.OutOfSight && elapsed < options.Timeout)
            return new(IsLost: false, RefusesWrites: false, RefusesReads: false, options.Timeout - elapsed, Reason: null);
        var since = view.Kind == MajorityKind.NeverInSight ? "it started" : string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow() - elapsed:u}");
        var consequence = refuse is (false, false) ? "it goes on all the same" : $"{Refused(refuse)} until more of them are in sight";
        return new(IsLost: true, refuse.Writes, refuse.Reads, LostIn: null,
            $"since {since} this instance sees only {view.Seen}, and those it does not see could have elected another primary: {view.Missing}; {consequence} (Failover.WithoutMajority)");
    }

    private static string Refused((bool Writes, bool Reads) refuse) => refuse switch
    {
        (true, false) => "new writes are refused",
        (false, true) => "reads are refused",
        _ => "new writes and reads are refused",
    };

    private static MajorityView Describe(List<(VoterSight Voter, bool IsForeign, long? MissingSince)> voters, int majority, bool wasInSight)
    {
        var missing = voters.Where(v => v.MissingSince is not null).ToList();
        var seen = voters.Where(v => v.MissingSince is null && v.Voter.IsHeard).Select(v => v.Voter.Name).ToList();
        return new MajorityView(
            wasInSight ? MajorityKind.OutOfSight : MajorityKind.NeverInSight,
            missing.Select(v => v.MissingSince!.Value).Order().ElementAt(majority - 1), // the one with which they became a majority
            string.Create(CultureInfo.InvariantCulture, $"{seen.Count} of {voters.Count} voters{(seen.Count == 0 ? "" : $" ({string.Join(", ", seen)})")}"),
            string.Join(", ", missing.Select(v => $"{v.Voter.Name} ({(v.IsForeign ? "it belongs to another cluster" : v.Voter.Why)})")));
    }

    private static long? OutOfSightSince(NodeFacts facts, ulong? systemIdentifier, TermRow inForce, int timeoutsUntilUnreachable) =>
        facts.Sight.OutOfSightSince(inForce, timeoutsUntilUnreachable) ?? (IsForeign(facts, systemIdentifier) ? facts.SeenSince : null);

    private static bool IsForeign(NodeFacts facts, ulong? systemIdentifier) =>
        facts is { Failure: null, LastState: { } state } && systemIdentifier is not null && state.SystemIdentifier != systemIdentifier;
}

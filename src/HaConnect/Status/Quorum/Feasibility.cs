using System.Globalization;
using HaConnect.Probing;

namespace HaConnect.Status.Quorum;

/// <summary>
/// Whether a failover could be made if the primary were lost now, or now that it is, as far as this instance sees. It follows the rules that a
/// coordinator goes by (Quorum, FailoverRules), and is never more hopeful than they are: what is not known makes it Unknown. Pure.
/// </summary>
/// <param name="IsPossible">Null where that is not known.</param>
/// <param name="Why">What is against it, or not known; empty where nothing is.</param>
internal sealed record Feasibility(bool? IsPossible, IReadOnlyList<string> Why)
{
    internal static Feasibility Of(QuorumFacts facts, TermRow term)
    {
        List<string> against = [], unknown = [];
        Office(facts, against, unknown);
        Consent(facts, term, against, unknown);
        Standbys(facts, term, against, unknown);
        return against.Count > 0 ? new(false, against) : unknown.Count > 0 ? new(null, unknown) : new(true, []);
    }

    private static void Office(QuorumFacts facts, List<string> against, List<string> unknown)
    {
        if (facts.IsPaused == true)
            against.Add("automatic failover is paused");
        else if (facts.IsPaused is null)
            unknown.Add("whether it is paused cannot be seen from here");
        if (facts.RefusesToAct)
            against.Add("the elected coordinator, this instance, does not act");
        else if (!facts.IsCoordinated)
            unknown.Add("no coordinator is elected as far as is seen from here");
    }

    /// <summary>A majority of all voters promises the term; the lost primary promises nothing.</summary>
    private static void Consent(QuorumFacts facts, TermRow term, List<string> against, List<string> unknown)
    {
        var others = facts.Voters.Where(v => v.Name != term.Primary).ToList();
        var missing = others.Where(v => v.Sight == Sight.Missing).Select(v => v.Name).ToList();
        if (others.Count - missing.Count < facts.Majority)
        {
            against.Add(missing.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"there are only {others.Count} other voters, and {facts.Majority} have to agree")
                : string.Create(CultureInfo.InvariantCulture, $"{facts.Majority} other voters have to agree, and {List(missing)} {IsOrAre(missing)} out of sight"));
        }
        else if (others.Count(v => v.Sight == Sight.Seen) < facts.Majority)
        {
            unknown.Add("whether enough voters are in sight");
        }
    }

    private static void Standbys(QuorumFacts facts, TermRow term, List<string> against, List<string> unknown)
    {
        if (term.Required == 0)
        {
            if (facts.Options.RequiredSynchronousStandbys > 0)
            {
                against.Add($"{term.Primary} takes writes alone, until a standby has caught up");
                return;
            }

            var needed = Failover.Quorum.CutOffNeeded(term, facts.DataNodes.Count());
            Count(facts.DataNodes.Where(v => v.Name != term.Primary), needed, against, unknown);
            return;
        }

        // All that are named: what was acked may be on any one of them alone.
        var named = facts.DataNodes.Where(v => term.SynchronousStandbys.Contains(v.Name, StringComparer.Ordinal)).ToList();
        if (named.Count < term.SynchronousStandbys.Count)
            against.Add($"{List(term.SynchronousStandbys.Except(named.Select(v => v.Name), StringComparer.Ordinal))} {(term.SynchronousStandbys.Count - named.Count == 1 ? "is" : "are")} named as synchronous, but not configured here");
        Count(named, Failover.Quorum.CutOffNeeded(term, facts.DataNodes.Count()), against, unknown);

        // One of them is promoted, and the others have to ack its commits.
        if (facts.Options.DegradeAfter is not null || named.Count - 1 >= term.Required)
            return;
        var others = facts.DataNodes.Count(v => v.Name != term.Primary);
        if (others - 1 < term.Required)
            against.Add(string.Create(CultureInfo.InvariantCulture, $"too few would be left to ack the commits of whoever is promoted ({term.Required} must)"));
        else
            unknown.Add(string.Create(CultureInfo.InvariantCulture, $"whether enough others could follow whoever is promoted ({term.Required} must ack)"));
    }

    private static void Count(IEnumerable<VoterFact> standbys, int needed, List<string> against, List<string> unknown)
    {
        var (there, missing, unclear) = (0, new List<string>(), new List<string>());
        foreach (var standby in standbys)
        {
            if (standby.Sight == Sight.Missing)
                missing.Add(standby.Name);
            else if (standby is { Sight: Sight.Seen, IsStandby: true })
                there++;
            else
                unclear.Add(standby.Name);
        }

        if (there + unclear.Count < needed)
            against.Add(missing.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"there are too few standbys: {needed} would have to be cut off") : $"{List(missing)} {IsOrAre(missing)} out of sight");
        else if (there < needed)
            unknown.Add($"whether {List(unclear)} can be cut off");
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static string IsOrAre(List<string> names) => names.Count == 1 ? "is" : "are";
}

using System.Globalization;
using HaConnect.Probing;
using HaConnect.Status.Quorum;

namespace HaConnect.Operations.Planning;

/// <summary>
/// Each single node and witness, each pair, each place, lost while the first node is the primary. By the same arithmetic as <c>haconnect status</c>
/// (Feasibility, which follows the coordinator's own rules). Pure.
/// </summary>
internal static class LossTable
{
    internal static IReadOnlyList<PlannedLoss> Of(PlanDescription plan)
    {
        var voters = plan.Nodes.Concat(plan.Witnesses).ToList();
        var names = voters.ConvertAll(v => v.Name);
        var losses = names.Select(n => Of(plan, n == plan.Primary.Name ? $"{n}, the primary" : n, [n])).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            for (var j = i + 1; j < names.Count; j++)
                losses.Add(Of(plan, $"{names[i]} and {names[j]}", [names[i], names[j]]));
        }

        foreach (var place in voters.Where(v => v.Place is not null).GroupBy(v => v.Place!, v => v.Name, StringComparer.Ordinal))
            losses.Add(Of(plan, $"place {place.Key} ({List(place)})", [.. place]));
        return losses;
    }

    /// <summary>The lines of <c>status</c> for the cluster as it is planned, with all in sight.</summary>
    internal static IReadOnlyList<(string Topic, string Text)> Quorum(PlanDescription plan) => [.. QuorumWords.Of(FactsOf(plan, [])).Select(l => (l.Topic, l.Text))];

    private static PlannedLoss Of(PlanDescription plan, string what, IReadOnlyList<string> lost)
    {
        var facts = FactsOf(plan, lost);
        var failover = Feasibility.Of(facts, facts.Term!);
        return lost.Contains(plan.Primary.Name, StringComparer.Ordinal) ? WithoutPrimary(plan, what, lost, facts, failover) : WithPrimary(plan, what, lost, facts, failover);
    }

    private static PlannedLoss WithoutPrimary(PlanDescription plan, string what, IReadOnlyList<string> lost, QuorumFacts facts, Feasibility failover)
    {
        var acked = AckedWithoutPrimary(plan, lost, failover);
        if (failover.IsPossible != true)
            return new(what, lost, "stop until enough are back", false, $"none: {Why(failover)}", false, acked, "until enough are back");
        var followers = facts.Commit!.Streaming!.Count - 1;
        var alone = plan.Required > 0 && followers < plan.Required;
        return new(what, lost, alone ? "go on after a failover, on the successor alone until a standby is back" : "go on after a failover", true, "yes", true, acked, MeasuredFailover.Covers(plan) && lost.Count == 1 ? "measured, see below" : "not measured");
    }

    private static PlannedLoss WithPrimary(PlanDescription plan, string what, IReadOnlyList<string> lost, QuorumFacts facts, Feasibility failover)
    {
        const string safe = "safe";
        var missing = facts.Voters.Count(v => v.Sight == Sight.Missing);
        var hasMajority = facts.Voters.Count - missing >= facts.Majority;
        var acks = facts.Commit!.Streaming!.Count >= plan.Required;
        var next = Next(plan, facts, failover);
        if (missing >= facts.Majority)
            return new(what, lost, Text($"{(acks ? "are refused" : "wait, and are refused")} after {facts.Options.WithoutMajority.Timeout.TotalSeconds:0.#} s, since no majority is in sight"), false, next.Text, next.IsPossible, safe, "until enough are back");
        if (acks)
            return new(what, lost, "go on", true, next.Text, next.IsPossible, safe, "-");
        return plan.DegradeAfterSeconds is { } after && hasMajority
            ? new(what, lost, Text($"wait for {after:0.#} s, then go on with one copy until a standby is back"), true, $"none: {plan.Primary.Name} takes writes alone", false, Text($"safe while {plan.Primary.Name} has its disk"), Text($"{after:0.#} s and the change of the names"))
            : new(what, lost, "wait, unacked, until a standby is back", false, next.Text, next.IsPossible, safe, "until enough are back");
    }

    /// <summary>Whether the primary could be lost next. A standby that stays away is named no more, where more than have to ack are left.</summary>
    private static (string Text, bool IsPossible) Next(PlanDescription plan, QuorumFacts facts, Feasibility failover)
    {
        if (failover.IsPossible == true)
            return ("yes, were the primary lost next", true);
        var left = facts.Commit!.Streaming!;
        if (plan.Required > 0 && left.Count > plan.Required && Feasibility.Of(facts, facts.Term! with { SynchronousStandbys = left }).IsPossible == true)
            return (Text($"none for {facts.Options.DropStandbyAfter.TotalSeconds:0.#} s (DropStandbyAfter), then again"), true);
        return ($"none until {(facts.Voters.Count(v => v.Sight == Sight.Missing) == 1 ? "it is" : "enough are")} back: {Why(failover)}", false);
    }

    private static string AckedWithoutPrimary(PlanDescription plan, IReadOnlyList<string> lost, Feasibility failover)
    {
        var primary = plan.Primary.Name;
        if (plan.Required == 0)
        {
            return failover.IsPossible == true
                ? Text($"what was acked last can be lost: nobody is promoted that is more than {new FailoverOptions().MaxDataLossBytes} bytes behind the last position seen")
                : $"safe where {primary} comes back with its disk";
        }

        var copies = plan.SynchronousStandbys.Where(s => lost.Contains(s, StringComparer.Ordinal)).ToList();
        return copies.Count == 0 ? "safe" : $"safe where {primary} comes back with its disk, or {(copies.Count == 1 ? $"{copies[0]} does" : $"every one of {List(copies)} does")}";
    }

    private static QuorumFacts FactsOf(PlanDescription plan, IReadOnlyList<string> lost)
    {
        VoterFact Fact(PlannedNode node, bool isWitness) => new(node.Name, isWitness, lost.Contains(node.Name, StringComparer.Ordinal) ? Sight.Missing : Sight.Seen, IsStandby: !isWitness && node != plan.Primary);

        var names = plan.SynchronousStandbys;
        return new QuorumFacts
        {
            Voters = [.. plan.Nodes.Select(n => Fact(n, false)), .. plan.Witnesses.Select(w => Fact(w, true))],
            Term = new TermRow(1, plan.Primary.Name, names, plan.Required, IsEstablished: true),
            Primary = lost.Contains(plan.Primary.Name, StringComparer.Ordinal) ? null : plan.Primary.Name,
            Commit = new CommitFact(plan.Required, names, [.. names.Where(n => !lost.Contains(n, StringComparer.Ordinal))], IsClosed: false),
            IsPaused = false,
            IsCoordinated = true,
            Options = ApplicationSettings.FailoverOf(plan),
        };
    }

    private static string Why(Feasibility failover) => string.Join("; ", failover.Why);

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

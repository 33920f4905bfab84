using System.Globalization;
using HaConnect.Probing;
using HaConnect.Status;

namespace HaConnect.Status.Quorum;

/// <summary>The arithmetic in sentences: who votes, what commits wait for, whether a failover is possible, who may be lost. Pure.</summary>
internal static class QuorumWords
{
    internal static IReadOnlyList<QuorumLine> Of(QuorumFacts facts)
    {
        var failover = facts is { Term: { } term, IsGivenUp: false } ? Feasibility.Of(facts, term) : null;
        return [Voters(facts), Commits(facts), FailoverLine(facts, failover), Loss(facts, failover)];
    }

    private static QuorumLine Voters(QuorumFacts facts)
    {
        const string topic = "voters";
        var (count, majority) = (facts.Voters.Count, facts.Majority);
        if (count == 0)
            return new(topic, Levels.Unknown, "No node is configured: there are no voters, and no failover by HaConnect.");
        var spare = count - majority;
        var rule = Text($"{count} {(count == 1 ? "voter" : "voters")} ({List(facts.Voters.Select(v => v.Name))}): {(count == 1 ? "it has to agree" : Text($"{majority} have to agree"))} to a failover; {MayBeLost(spare)}.");
        var missing = facts.Voters.Where(v => v.Sight == Sight.Missing).Select(v => v.Name).ToList();
        var unknown = facts.Voters.Where(v => v.Sight == Sight.Unknown).Select(v => v.Name).ToList();
        var seen = count - missing.Count - unknown.Count;
        if (count - missing.Count < majority)
            return new(topic, Levels.Bad, $"{rule} Out of sight now: {List(missing)}. That is no majority.");
        if (seen < majority)
            return new(topic, Levels.Unknown, $"{rule} Whether a majority is in sight is unknown: not heard, or in doubt: {List(unknown)}.");
        if (missing.Count + unknown.Count == 0)
            return new(topic, Levels.Ok, $"{rule} {(count == 1 ? "It is" : "All are")} in sight now.");
        var out_ = missing.Count > 0 ? $"Out of sight now: {List(missing)}." : "";
        var doubt = unknown.Count > 0 ? $" In doubt: {List(unknown)}." : "";
        return new(topic, Levels.Warn, $"{rule} {(out_ + doubt).Trim()} Of those in sight {MayBeLost(seen - majority)}.");
    }

    private static QuorumLine Commits(QuorumFacts facts)
    {
        const string topic = "commits";
        if (facts.Primary is not { } primary)
            return new(topic, NoPrimary(facts), "No primary is in sight: applications that see the same commit nothing.");
        if (facts.Commit is not { } commit)
            return new(topic, Levels.Unknown, $"What a commit on {primary} waits for is unknown.");
        if (commit.IsClosed)
            return new(topic, Levels.Bad, $"{primary} acks nothing now: its commits wait for a name that nobody bears, as in the course of a switchover.");
        if (commit.Required == 0)
        {
            return facts.Term is { Required: 0 } term && facts.Options.RequiredSynchronousStandbys > 0
                ? new(topic, Levels.Warn, Text($"{primary} takes writes alone since term {term.Term}: there is one copy of them until a standby has caught up."))
                : new(topic, Levels.Warn, $"A commit waits for no standby (asynchronous replication): what was acked can be lost with {primary}.");
        }

        var of = commit.Names.Count == 0 ? Text($"{commit.Required} of the standbys, whichever they are,") : Text($"{commit.Required} of {commit.Names.Count} {(commit.Names.Count == 1 ? "standby" : "standbys")} ({List(commit.Names)})");
        var rule = $"A commit waits for {of} to flush it";
        if (commit.Streaming is not { } streaming)
            return new(topic, Levels.Unknown, $"{rule}; how many of them stream is unknown, since the probing user may not see that (pg_monitor).");
        var spare = streaming.Count - commit.Required;
        if (spare < 0)
        {
            var then = facts is { Term: not null, Options.DegradeAfter: { } limit } ? Text($" After {limit.TotalSeconds:0.#} s a coordinator lets {primary} take writes alone, where a majority agrees.") : "";
            return new(topic, Levels.Bad, $"{rule}; {(streaming.Count == 0 ? "none streams" : Text($"only {streaming.Count} {(streaming.Count == 1 ? "streams" : "stream")} ({List(streaming)})"))}: commits wait.{then}");
        }

        var now = Text($"{streaming.Count} {(streaming.Count == 1 ? "streams" : "stream")} now: {MayBeLost(spare)}{(spare > 0 ? ", and commits go on" : " without commits waiting")}.");
        return new(topic, spare > 0 ? Levels.Ok : Levels.Warn, $"{rule}; {now}");
    }

    private static QuorumLine FailoverLine(QuorumFacts facts, Feasibility? failover)
    {
        const string topic = "failover";
        if (facts.IsGivenUp)
            return new(topic, Levels.Warn, "Coordination was given up: HaConnect makes no failover here.");
        if (facts.Term is not { } term || failover is null)
            return new(topic, Levels.Unknown, "No term is established as far as is seen: HaConnect makes no failover here yet.");
        var lost = facts.Primary == term.Primary ? $"If {term.Primary} is lost" : $"{term.Primary}, to which term {term.Term.ToString(CultureInfo.InvariantCulture)} belongs, is not in use";
        var rule = $"{lost}: a failover needs {Needs(facts, term)}.{Losing(facts, term)}";
        return failover.IsPossible switch
        {
            true => new(topic, Levels.Ok, Text($"{rule} All of that is there now, as far as is seen from here. At most {facts.Options.MaxFailovers} are made in {Span(facts.Options.FailoverWindow)}.")),
            false => new(topic, facts.Primary is null ? Levels.Bad : Levels.Warn, $"{rule} Not possible now: {string.Join("; ", failover.Why)}."),
            null => new(topic, Levels.Unknown, $"{rule} Whether it is possible now is unknown: {string.Join("; ", failover.Why)}."),
        };
    }

    private static string Needs(QuorumFacts facts, TermRow term)
    {
        var others = facts.DataNodes.Where(v => v.Name != term.Primary).Select(v => v.Name).ToList();
        var cutOff = Failover.Quorum.CutOffNeeded(term, facts.DataNodes.Count());
        var who = term.Required > 0
            ? term.SynchronousStandbys.Count == 1 ? $"{term.SynchronousStandbys[0]}, the only one that surely has every acked write" : $"every one of {List(term.SynchronousStandbys)}, since each may be the only one with an acked write"
            : Text($"{cutOff} of {List(others)}");
        var fence = facts.Options.Fencing is { Command: not null, DryRun: false } ? $", {term.Primary} fenced by the program," : "";
        return Text($"the consent of {facts.Majority} voters other than {term.Primary}{fence} and to reach {who}");
    }

    private static string Losing(QuorumFacts facts, TermRow term) => term.Required == 0 && facts.Options.RequiredSynchronousStandbys == 0
        ? Text($" What was acked last can be lost: no standby is promoted that is more than {facts.Options.MaxDataLossBytes} bytes behind the last position seen.")
        : "";

    private static QuorumLine Loss(QuorumFacts facts, Feasibility? failover)
    {
        const string topic = "loss";
        if (facts.Primary is null)
            return new(topic, NoPrimary(facts), "No node to write to is in sight.");
        var (yes, no, unknown) = Losses.Of(facts, failover);
        if (yes.Count > 0 && no.Count + unknown.Count == 0)
            return new(topic, yes.Count == facts.Voters.Count ? Levels.Ok : Levels.Warn, $"Any 1 of {List(yes)} may be lost now, and writes go on{(yes.Contains(facts.Primary, StringComparer.Ordinal) ? " (after a failover, where it is the primary)" : "")}.");
        if (yes.Count + no.Count == 0)
            return new(topic, Levels.Unknown, $"Whether losing {Or(unknown)} would stop writes is unknown.");
        List<string> parts = [];
        if (yes.Count > 0)
            parts.Add($"Losing {Or(yes)} now would not stop writes");
        if (no.Count > 0)
            parts.Add(yes.Count > 0 ? $"losing {Or(no)} would" : $"Losing {Or(no)} now would stop writes");
        if (unknown.Count > 0)
            parts.Add($"unknown of {List(unknown)}");
        return new(topic, no.Count > 0 ? Levels.Warn : Levels.Unknown, $"{string.Join("; ", parts)}.");
    }

    /// <summary>Who hears nobody cannot tell what there is.</summary>
    private static string NoPrimary(QuorumFacts facts) => facts.Voters.Any(v => v.Sight == Sight.Seen) ? Levels.Bad : Levels.Unknown;

    private static string MayBeLost(int spare) => spare <= 0 ? "none may be lost" : Text($"any {spare} may be lost");

    private static string Span(TimeSpan span) => span.TotalMinutes >= 1 ? Text($"{span.TotalMinutes:0.#} min") : Text($"{span.TotalSeconds:0.#} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static string Or(IReadOnlyList<string> names) => names.Count < 2 ? List(names) : $"{List(names.SkipLast(1))} or {names[^1]}";
}

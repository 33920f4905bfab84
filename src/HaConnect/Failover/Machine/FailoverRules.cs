using System.Globalization;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;
using static HaConnect.Failover.FailoverState;
using static HaConnect.Failover.SwitchoverRules;

namespace HaConnect.Failover;

/// <summary>The conditions of the failover table, and the sentences that name what they saw. Pure.</summary>
internal static class FailoverRules
{
    /// <summary>Witnesses are not probed: only asking tells whether their locks are free, so that they count as free until then.</summary>
    internal static bool MayBeElected(FailoverState s) => s.Verdict.FreeVoters + s.Settings.Voters.Count(v => v.IsWitness) >= s.Settings.Majority;

    /// <summary>Lost, managed, and past the beginnings: term 1 has to have reached every synchronous standby first.</summary>
    internal static bool MayFailOver(FailoverState s) =>
        s is { StopRequested: false, EstablishedIsEverywhere: true, Established: { } row } && s.Verdict.IsLost && s.Verdict.Primary == row.Primary;

    /// <summary>All voters are held, exactly one data node is out of recovery, and no term was ever established.</summary>
    internal static bool MayBootstrap(FailoverState s) =>
        s is { Established: null, StopRequested: false, Verdict.Kind: VerdictKind.Healthy }
        && s.Voters.Values.All(v => v is { HoldsLock: true, Record: not null })
        && s.Voters.Values.Count(v => v is { Voter.IsWitness: false, Record.InRecovery: false }) == 1;

    /// <summary>
    /// Voters that a coordinator before left behind although the primary is well: cut off and pointed nowhere, or bound by a promise
    /// of a later term, under which no read could be proven fresh.
    /// </summary>
    internal static IEnumerable<VoterState> Strays(FailoverState s)
    {
        if (s.Verdict.Kind != VerdictKind.Healthy || s.MayStop || s.Established is not { } row
            || s.Voters.GetValueOrDefault(row.Primary) is not { HoldsLock: true, Record: { InRecovery: false } own } || own.EstablishedTerm?.Term != row.Term)
            return [];
        return s.Held.Where(v => v.Record is { } record
            && (record.Register?.Term > row.Term || (!v.Voter.IsWitness && record.InRecovery && FollowsNobody(v, s))));
    }

    /// <summary>
    /// Old primaries in reach that do not refuse writes yet. Only such whose own rows and promises end before the term in force: whoever has
    /// promised a later one may be about to become the primary, and whoever was promoted by hand holds the row in force and is left alone.
    /// </summary>
    internal static IEnumerable<VoterState> LeftBehind(FailoverState s) => s is { StopRequested: false, IsPaused: false, Established: { } row }
        ? s.Held.Where(v => v is { Voter.IsWitness: false, Record: { InRecovery: false } record } && v.Voter.Name != row.Primary && !IsFenced(record)
            && (s.Settings.Broken == BrokenRules.FenceRegardless || ((record.NewestTerm?.Term ?? 0) < row.Term && (record.Register?.Term ?? 0) <= row.Term)))
        : [];

    /// <summary>Old primaries in reach that refuse writes: the fence may have been completed without an answer.</summary>
    internal static IEnumerable<VoterState> AreFenced(FailoverState s) =>
        s.Held.Where(v => v is { Voter.IsWitness: false, Record: { InRecovery: false } record } && v.Voter.Name != s.Established?.Primary && IsFenced(record));

    internal static string FencedOnes(IEnumerable<VoterState> nodes, FailoverState s) =>
        $"fenced: {List(nodes)}, of an earlier term than {s.Established!.Term}, refuses writes until it has rejoined as a standby (docs/operations/rejoin.md)";

    private static bool IsFenced(VoterRecord record) => SynchronousNames.IsFenced(record.SynchronousNamesText) && record.RefusesWrites;

    /// <summary>Both promote another node; only what a failover must not wait for differs.</summary>
    internal static bool Promotes(FailoverState s) => s.Goal is Goal.Failover or Goal.Switchover;

    /// <summary>It takes no writes, or tells every instance to hold them: a switchover has closed it.</summary>
    internal static bool IsClosed(VoterRecord record) => record.IsTold || record.RefusesWrites || SynchronousNames.IsClosed(record.SynchronousNamesText);

    /// <summary>The target receives for as long as the others do, so that none of them is ahead of it unless there was bad luck.</summary>
    private static string? WhyNotTarget(FailoverState s, VoterState target)
    {
        if (target.Position is not { } position || position.Furthest < s.SealedAt)
            return $"{target.Voter.Name} does not hold all of {s.Established!.Primary}";
        return s.CutOff.FirstOrDefault(v => v.Position?.TermNumber > position.TermNumber || v.Position?.Furthest > position.Furthest) is { } ahead
            ? $"{ahead.Voter.Name} has received more than {target.Voter.Name}, and could not follow it"
            : null;
    }

    /// <summary>It is pointed nowhere, or to a node that is neither the primary nor a standby itself: a failover passed it by.</summary>
    internal static bool FollowsNobody(VoterState voter, FailoverState s)
    {
        var upstream = s.Settings.Conninfo.UpstreamOf(voter.Record!.PrimaryConninfo);
        return upstream is null || (upstream != s.Established!.Primary && s.Voters[upstream] is not { HoldsLock: true, Record.InRecovery: true });
    }

    /// <summary>It streams from another standby, which somebody has arranged, and the primary stays the same: it is left alone unless it has to ack.</summary>
    internal static bool StaysBehindStandby(VoterState voter, FailoverState s) => s.Goal is Goal.Bootstrap or Goal.Confirm && !voter.IsCutOff
        && !NewRow(s).SynchronousStandbys.Contains(voter.Voter.Name, StringComparer.Ordinal)
        && s.Settings.Conninfo.UpstreamOf(voter.Record!.PrimaryConninfo) is { } upstream && upstream != s.Candidate && s.Voters[upstream] is { HoldsLock: true, Record.InRecovery: true };

    /// <summary>The newest decision that any voter knows of; one stands on a majority before its candidate is promoted, so that it is always seen.</summary>
    internal static Decision NewestDecision(FailoverState s) => s.Records.Select(r => r.Register?.Decided ?? Decision.None).Append(s.NewestDecision).MaxBy(d => d.Term);

    /// <summary>The newest that was accepted: on a majority before its node takes writes alone, so that it is always seen, too.</summary>
    internal static Decision NewestAcceptance(FailoverState s) => s.Records.Select(r => r.Register?.Accepted ?? Decision.None).Append(s.NewestAcceptance).MaxBy(d => d.Term);

    /// <summary>
    /// Nodes other than the established primary that a later term decided for: each may have been promoted, and have acked, although this
    /// coordinator sees nothing of it. With asynchronous replication it acks nothing before a majority has accepted it.
    /// </summary>
    private static IEnumerable<string> Contenders(FailoverState s) => s is { Established: { } row } && s.Settings.Broken != BrokenRules.ContenderIgnored
        ? new[] { s.Settings.Required > 0 ? NewestDecision(s) : Decision.None, NewestAcceptance(s) }.Where(d => d.Term > row.Term && d.Node != row.Primary).Select(d => d.Node).Distinct(StringComparer.Ordinal)
        : [];

    internal static string? Contender(FailoverState s) => string.Join(" and ", Contenders(s)) is { Length: > 0 } names ? names : null;

    /// <summary>A node out of recovery that a decision later than the term in force names; with asynchronous replication first of all one that may have acked.</summary>
    internal static string? Adoptable(FailoverState s)
    {
        return new[] { s.Settings.Required > 0 ? Decision.None : NewestAcceptance(s), NewestDecision(s) }.FirstOrDefault(IsAdoptable).Node;

        bool IsAdoptable(Decision d) => d.Term > (s.Established?.Term ?? 0) && s.Voters.GetValueOrDefault(d.Node) is { HoldsLock: true, Record.InRecovery: false };
    }

    /// <summary>Whether enough standbys are cut off to tell, by their positions, whether a contender has acked anything.</summary>
    internal static bool CanTellOfContender(FailoverState s) => MeetsContender(s, s.CutOffNames);

    /// <summary>
    /// They show no row later than the established one: whatever is acked under a term lies behind its row. Who has been accepted may have
    /// acked alone, and must be among them.
    /// </summary>
    internal static bool NobodyWentOn(FailoverState s)
    {
        var read = s.CutOff.Where(v => v.Position is not null).ToList();
        var accepted = NewestAcceptance(s);
        return MeetsContender(s, [.. read.Select(v => v.Voter.Name)]) && read.All(v => !WentOn(v, s))
            && (accepted.Term <= s.Established!.Term || accepted.Node == s.Established.Primary || s.Settings.Broken == BrokenRules.AcceptanceIgnored || read.Exists(v => v.Voter.Name == accepted.Node));
    }

    internal static bool SomebodyWentOn(FailoverState s) => s.CutOff.Any(v => v.Position is not null && WentOn(v, s));

    private static bool WentOn(VoterState voter, FailoverState s) =>
        voter.Position!.Value.Term is { IsGivenUp: false } term && term.Term > s.Established!.Term && term.Primary != s.Established.Primary;

    /// <summary>
    /// Whether these include the contender, or meet whoever could have acked for it: its followers are not only standbys that the row
    /// in force names, but any that its coordinator had cut off.
    /// </summary>
    private static bool MeetsContender(FailoverState s, IReadOnlyCollection<string> standbys) =>
        Contenders(s).All(contender => standbys.Contains(contender, StringComparer.Ordinal))
        || standbys.Count(n => n != s.Established!.Primary) >= s.DataNodeCount - 1 - Quorum.Proven(s.Established!);

    /// <summary>
    /// After a promotion only forward, also when the old primary is back meanwhile: who follows the promoted one can never ack for the
    /// old one again.
    /// </summary>
    internal static bool MustAdopt(FailoverState s) =>
        s is { Settled: true, Goal: Goal.Failover or Goal.Confirm } && Adoptable(s) is { } promoted && (s.Goal == Goal.Failover || promoted != s.Established!.Primary);

    /// <summary>The verdict, or the node to be confirmed, is about a primary that is not the established one any more.</summary>
    internal static bool IsOutdated(FailoverState s) => s.Established is { } row && s.Goal switch
    {
        Goal.Failover => s.Verdict.Primary != row.Primary,
        Goal.Confirm or Goal.Reconfigure => s.Candidate != row.Primary,
        Goal.Bootstrap => true,
        _ => false,
    };

    /// <summary>Whoever lost its session cannot be repointed in this attempt, and whoever has left recovery never.</summary>
    internal static bool TooFewCanFollow(FailoverState s)
    {
        var row = NewRow(s);
        return s.Promised.Count(v => v.Record is { InRecovery: true } && row.SynchronousStandbys.Contains(v.Voter.Name, StringComparer.Ordinal)) < row.Required;
    }

    internal static string? WhyNotFeasible(FailoverState s)
    {
        if (IsDegraded(s, s.Established!))
        {
            return string.Create(CultureInfo.InvariantCulture, $"since term {s.Established!.Term} {s.Established.Primary} has taken writes alone, and no other node need hold them");
        }

        var standbys = s.Held.Where(v => IsStandby(v, s)).ToList();
        if (!CutsOff(s, s.Established!, [.. standbys.Select(v => v.Voter.Name)]))
            return $"{Quorum.CutOffNeeded(s.Established!, s.DataNodeCount)} of {Needed(s.Established!, s)} would have to be cut off, but only {List(standbys)} can be; {Problems(s)}";
        return standbys.Count - 1 < s.Established!.Required && s.Settings.DegradeAfter is null
            ? $"of {List(standbys)} one would be promoted, and too few would be left to ack its commits ({s.Established.Required} must)"
            : null;
    }

    /// <summary>Its primary takes writes alone although standbys are to ack: whatever the others hold, it may have acked more.</summary>
    private static bool IsDegraded(FailoverState s, TermRow row) => row.Required == 0 && s.Settings.Required > 0 && !MayLose(s) && s.Settings.Broken != BrokenRules.DegradedLikeAsynchronous;

    /// <summary>Somebody has asked for a failover from the term in force, and the pause and the guard are in the way of those only that nobody has asked for.</summary>
    internal static bool IsAskedToFailOver(FailoverState s) => s.Records.Any(r => r.Manual?.Term == s.Established?.Term);

    /// <summary>And for whatever it costs.</summary>
    private static bool MayLose(FailoverState s) => s.Records.Any(r => r.Manual is { AcceptsLoss: true } manual && manual.Term == s.Established?.Term);

    private static bool CutsOff(FailoverState s, TermRow row, IReadOnlyCollection<string> cutOff) => !IsDegraded(s, row) && s.Settings.Broken switch
    {
        BrokenRules.QuorumOverTheReachable => cutOff.Count >= Math.Max(1, s.Held.Count(v => IsStandby(v, s)) - Quorum.Proven(row) + 1),
        BrokenRules.QuorumOneTooSmall => cutOff.Count >= Quorum.CutOffNeeded(row, s.DataNodeCount) - 1,
        _ => Quorum.CutsOff(row, cutOff, s.DataNodeCount) && (row.Required == 0 || MeetsContender(s, cutOff)),
    };

    internal static bool CanStillCutOff(FailoverState s) =>
        CutsOff(s, s.Established!, [.. s.Promised.Where(v => IsStandby(v, s)).Select(v => v.Voter.Name)]);

    internal static bool IsMaintained(VoterState voter, FailoverState s) => s.Pauses.Maintained.Contains(voter.Voter.Name, StringComparer.Ordinal);

    internal static bool IsStandby(VoterState voter, FailoverState s) =>
        voter is { Voter.IsWitness: false, Record.InRecovery: true } && voter.Voter.Name != s.Established?.Primary;

    /// <summary>It goes on without the lost primary being fenced: only rehearsed, or somebody accepts what that may cost.</summary>
    internal static bool GoesOnUnfenced(FailoverState s) => s.Settings.RehearsesFencing || MayLose(s) || s.Settings.Broken == BrokenRules.FencingIgnored;

    /// <summary>
    /// Whatever was seen of the primary: it answered before, and takes no write any more until somebody lets it. Were it let go on for that,
    /// it would be fenced again and again just when it is up (found in simulation).
    /// </summary>
    internal static bool IsIsolated(FailoverState s) => s is { Isolation.Succeeded: true, Settings.RehearsesFencing: false } && s.Verdict.Primary == s.Established?.Primary;

    internal static string WhyNotIsolated(FailoverState s) => $"{s.Verdict.Primary} could not be fenced: {s.Isolation?.Sentence ?? "no answer"}";

    internal static bool IsCutOff(FailoverState s) => CutsOff(s, s.Established!, s.CutOffNames) && (s.Goal != Goal.Switchover || Best(s) is { IsCutOff: true });

    /// <summary>The positions read oblige to terms that this coordinator may not have known; each must be cut off by itself.</summary>
    internal static bool PositionsSuffice(FailoverState s) => Suffices(s, s.CutOff.Where(v => v.Position is not null));

    private static bool Suffices(FailoverState s, IEnumerable<VoterState> standbys)
    {
        var read = standbys.ToList();
        var rows = Quorum.Obliging(read.Select(v => v.Position!.Value), s.Established);

        // Who has been accepted in a term whose row nobody shows may take writes alone.
        var isKnown = s.Settings.Required == 0 || MayLose(s) || s.Settings.Broken == BrokenRules.AcceptanceIgnored || NewestAcceptance(s).Term <= rows.Select(r => r.Term).DefaultIfEmpty().Max();
        return isKnown && rows.Count > 0 && rows.All(row => CutsOff(s, row, [.. read.Select(v => v.Voter.Name)]));
    }

    internal static VoterState? Best(FailoverState s) => s is { Goal: Goal.Switchover, Request: { } request }
        ? TargetOf(s, request)
        : CandidateChoice.Choose(s.CutOff, NewestDecision(s).Node, s.Pauses.Maintained, compareTerms: s.Settings.Broken != BrokenRules.PositionWithoutTerm);

    /// <summary>
    /// Who can be counted on to follow: one of an earlier term may have gone past the point where the candidate's timeline forked off, and
    /// then never can. It is repointed all the same, and follows if it can, but no ack depends on it.
    /// </summary>
    internal static IEnumerable<VoterState> FollowersOf(VoterState candidate, FailoverState s) =>
        s.CutOff.Where(v => v.Position?.TermNumber == candidate.Position!.Value.TermNumber && v.Voter.Name != candidate.Voter.Name);

    internal static string? WhyNoCandidate(FailoverState s)
    {
        if (Best(s) is not { } best)
            return "no standby can be promoted";
        if (s.Goal == Goal.Switchover && WhyNotTarget(s, best) is { } why)
            return why;
        if (s.Settings.Required > 0)
        {
            return FollowersOf(best, s).Count() < s.Established!.Required && s.Settings.DegradeAfter is null
                ? $"too few would be left to ack the commits of {best.Voter.Name} ({s.Established.Required} must)"
                : null;
        }

        var behind = s.Verdict.LastPosition is { } last && last > best.Position!.Value.Furthest ? last - best.Position.Value.Furthest : 0;
        return behind > (ulong)s.Settings.MaxDataLossBytes && !MayLose(s)
            ? string.Create(CultureInfo.InvariantCulture, $"{best.Voter.Name} is {behind} bytes behind the last observed position of {s.Verdict.Primary}, more than Failover.MaxDataLossBytes = {s.Settings.MaxDataLossBytes}")
            : null;
    }

    internal static bool IsDecided(FailoverState s) =>
        s.Promised.Count(v => v.HasDecision) >= s.Settings.Majority && s.CandidateState is { HasDecision: true, HoldsLock: true };

    /// <summary>By itself, too: whoever lost its session is neither opened nor known to be what its record showed.</summary>
    internal static bool IsAccepted(FailoverState s) =>
        s.Promised.Count(v => v.HasAccepted) >= s.Settings.Majority && s.CandidateState is { HasAccepted: true, HoldsLock: true };

    internal static bool IsVerified(FailoverState s) =>
        s.CandidateState is { IsVerified: true } && s.Promised.Count(v => v.IsVerified) >= s.Settings.Majority
        && Suffices(s, s.CutOff.Where(v => v is { IsVerified: true, Position: not null }));

    /// <summary>The row of this attempt's term.</summary>
    internal static TermRow NewRow(FailoverState s)
    {
        var record = s.CandidateState?.Record;
        var (required, names) = s.Goal switch
        {
            Goal.Failover or Goal.Switchover or Goal.Reconfigure => (s.CandidateRequired, s.CandidateStandbys),
            Goal.Confirm => (s.Established!.Required, [.. s.Established.SynchronousStandbys]),
            _ when record?.SynchronousNames is { } present && !SynchronousNames.IsPending(record.SynchronousNamesText) => (present.Required, [.. present.Names]),
            _ => (0, []),
        };
        return new TermRow(s.Term, s.Candidate!, names, required, IsEstablished: false) { MayLackFrom = MayLackFrom(s) };
    }

    /// <summary>
    /// Where acked writes can be lost: what the candidate had replayed when it was cut off, which is where its timeline begins. Who finishes
    /// another coordinator's promotion does not know it any more.
    /// </summary>
    private static ulong? MayLackFrom(FailoverState s) =>
        s.Goal is Goal.Failover or Goal.Adopt && (s.Established is not { Required: > 0 } || MayLose(s)) ? s.CandidateState?.Position?.Replayed ?? 0 : null;

    /// <summary>An attempt after one that was refused has nothing new to tell.</summary>
    internal static string? Detected(FailoverState s) => s.Refusal is null ? $"detected: {s.Verdict.Reason}" : null;

    internal static string Promoted(FailoverState s) => $"promoted: {s.Candidate} has left recovery";

    internal static string FollowersStream(FailoverState s)
    {
        var row = NewRow(s);
        return row.Required == 0
            ? $"repointed: {List(s.Promised.Where(v => v.IsRepointed))}"
            : $"repointed: {List(s.Promised.Where(v => v.IsRepointed))}; {row.Required} of {string.Join(", ", row.SynchronousStandbys)} has flushed the row of term {s.Term}";
    }

    /// <summary>It would take writes alone, and has not been accepted for that.</summary>
    internal static bool NeedsAcceptance(FailoverState s) => s.Goal is Goal.Adopt or Goal.Reconfigure && NewRow(s).Required == 0;

    internal static string Acks(FailoverState s)
    {
        var row = NewRow(s);
        return row.Required == 0 ? $"{row.Primary} takes writes alone" : $"a commit of {row.Primary} waits for {row.Required} of {string.Join(", ", row.SynchronousStandbys)}";
    }

    internal static string WaitsFor(FailoverState s) => string.Join(" or ", RowOfFlush(s).SynchronousStandbys);

    /// <summary>
    /// Whose flush of the new row is waited for: those who ack under it, unless these become more. Then it is those before, so that whoever
    /// cuts them off learns of the others.
    /// </summary>
    internal static TermRow RowOfFlush(FailoverState s) => Widens(s) ? s.Established! : NewRow(s);

    /// <summary>More standbys may ack than under the term in force.</summary>
    internal static bool Widens(FailoverState s) =>
        s is { Goal: Goal.Reconfigure, Established: { Required: > 0 } row } && s.CandidateStandbys.Length > row.SynchronousStandbys.Count;

    internal static string Positions(FailoverState s) => string.Join(", ", s.CutOff.Where(v => v.Position is not null)
        .Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Voter.Name} term {v.Position!.Value.TermNumber} {new NpgsqlTypes.NpgsqlLogSequenceNumber(v.Position.Value.Furthest)}")));

    internal static string Problems(FailoverState s)
    {
        var problems = s.Voters.Values.Where(v => v.Problem is not null).Select(v => $"{v.Voter.Name}: {v.Problem}").ToList();
        return problems.Count == 0 ? "no error was reported" : string.Join("; ", problems);
    }

    internal static string? IfNew(FailoverState s, string why, string what) => s.Refusal == why ? null : $"{what}: {why}";

    private static string Needed(TermRow row, FailoverState s) => row.Required > 0
        ? string.Join(", ", row.SynchronousStandbys)
        : string.Join(", ", s.Settings.DataNodes.Where(n => n.Name != row.Primary).Select(n => n.Name));
}

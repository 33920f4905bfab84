using System.Collections.Immutable;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Switchover;
using static HaConnect.Failover.FailoverOrders;
using static HaConnect.Failover.FailoverRules;
using static HaConnect.Failover.FailoverState;
using static HaConnect.Failover.SwitchoverRules;

namespace HaConnect.Failover;

/// <summary>
/// The whole of election and failover as one table, in the order in which the rows are tried. What the rules rest on is in
/// docs/concepts/failover.md.
/// </summary>
internal static class FailoverTable
{
    internal static readonly ImmutableArray<Transition> Rows =
    [
        // ---- Election: in peace, so that a failover pays none. ----
        new(Step.Watching, s => s.StopRequested, Step.Stopped, _ => null, Release),
        new(Step.Watching, s => s.GraceOver && MayBeElected(s), Step.Electing, _ => null, TakeLocks),

        new(Step.Electing, s => s.StopRequested, Step.Stopped, _ => null, Release),
        new(Step.Electing, s => s.HoldsMajority && s.Settled, Step.Surveying, s => s.Refusal is null ? $"elected: {s.Settings.Coordinator} is the coordinator, holding the locks of {List(s.Held)}" : null, Survey),
        new(Step.Electing, s => s.AllWhoCanAnswered || s.TimeOver, Step.Watching, _ => null, Release),

        // ---- A coordinator that lost its majority is none. ----
        .. LosesOffice(Step.Surveying), .. LosesOffice(Step.Leading), .. LosesOffice(Step.Reading), .. LosesOffice(Step.Isolating), .. LosesOffice(Step.Promising), .. LosesOffice(Step.CuttingOff),
        .. LosesOffice(Step.ReadingPositions), .. LosesOffice(Step.Deciding), .. LosesOffice(Step.Preparing), .. LosesOffice(Step.Verifying), .. LosesOffice(Step.Promoting),
        .. LosesOffice(Step.Accepting), .. LosesOffice(Step.Opening), .. LosesOffice(Step.Establishing), .. LosesOffice(Step.Flushing), .. LosesOffice(Step.Widening), .. LosesOffice(Step.Marking), .. LosesOffice(Step.Reverting), .. LosesOffice(Step.Fencing),
        .. LosesOffice(Step.Announcing), .. LosesOffice(Step.Draining), .. LosesOffice(Step.Sealing), .. LosesOffice(Step.CatchingUp), .. LosesOffice(Step.Reopening),

        // ---- Peace. ----
        new(Step.Surveying, s => s.Settled && Preflight.Problem(s) is not null, Step.Watching, s => IfNew(s, Preflight.Problem(s)!, "this instance does not coordinate"), s => Refuse(s, Preflight.Problem(s)!, Release), IsWarning: true) { Kind = AuditKind.Refusal },
        new(Step.Surveying, s => s.Settled && MayFailOver(s), Step.Reading, Detected, s => Begin(s, Goal.Failover)),
        new(Step.Surveying, s => s.Settled && IsHeldUp(s), Step.Reopening, s => $"{s.Established!.Primary} was left holding up writes by a coordinator before; letting it go on", s => Reopen(s, SwitchoverRequest.Lost)),
        // Before the strays, since where too few can ack nobody else can be confirmed either.
        new(Step.Surveying, s => s.Settled && Membership.Change(s) is { Required: 0 }, Step.Reading, s => Membership.Change(s)!.Sentence, Reconfigure, IsWarning: true),
        new(Step.Surveying, s => s.Settled && Strays(s).Any(), Step.Reading, s => $"{List(Strays(s))} was left unfinished by a coordinator before; taking a term to put it right", s => Begin(s, Goal.Confirm)),
        new(Step.Surveying, s => s.Settled && MayBootstrap(s), Step.Reading, _ => "no coordinator has managed this cluster yet; writing term 1", s => Begin(s, Goal.Bootstrap)),
        new(Step.Surveying, s => s.Settled && LeftBehind(s).Any(), Step.Fencing, _ => null, Fence),
        new(Step.Surveying, s => s.Settled && s.FenceProblem is not null && AreFenced(s).Any(), Step.Leading, s => FencedOnes(AreFenced(s), s), Fenced),
        new(Step.Surveying, s => s.Settled && IsAskedToSwitchOver(s) && WhyNoSwitchover(s) is not null, Step.Leading, s => $"switchover refused: {WhyNoSwitchover(s)}", s => RefuseRequest(s, WhyNoSwitchover(s)!), IsWarning: true),
        new(Step.Surveying, s => s.Settled && IsAskedToSwitchOver(s) && IsReadyToSwitchOver(s), Step.Announcing, s => $"switchover from {s.Established!.Primary} to {TargetOf(s, s.PrimaryState!.Record!.Request!)!.Voter.Name}, as somebody has asked for", Announce),
        new(Step.Surveying, s => s.Settled && Membership.Change(s) is not null, Step.Reading, s => Membership.Change(s)!.Sentence, Reconfigure),
        new(Step.Surveying, s => s.Settled, Step.Leading, _ => null, Settle),

        // With synchronous replication an old primary can ack nothing, and that it refuses writes is for those who do not know; without, this ends its acks.
        new(Step.Fencing, MayFailOver, Step.Reading, Detected, s => Begin(s, Goal.Failover)),
        new(Step.Fencing, s => s.AllAnswered && LeftBehind(s).Any() && LeftBehind(s).All(v => v.IsFenced), Step.Leading, s => FencedOnes(LeftBehind(s), s), Fenced),
        new(Step.Fencing, s => s.AllAnswered || s.TimeOver, Step.Leading, s => s.FenceProblem == Problems(s) ? null : $"an old primary could not be fenced: {Problems(s)}", KeepFenceProblem, IsWarning: true),

        new(Step.Leading, s => MayFailOver(s) && (s.Refusal is null || s.GraceOver), Step.Reading, Detected, s => Begin(s, Goal.Failover)),
        new(Step.Leading, s => s.GraceOver, Step.Surveying, _ => null, Survey),

        // ---- Switchover. Until a term is promised, nobody but the present primary knows of it. ----
        .. ReopensUnlessLost(Step.Announcing), .. ReopensUnlessLost(Step.Draining),
        new(Step.Announcing, s => s.AllAnswered, Step.Draining, s => $"announced: whoever probes {s.Established!.Primary} has done so since it was told that it is about to be relieved, and {s.Request!.Target} replays in time", Drain),
        new(Step.Draining, s => s.AllAnswered, Step.Promising, s => $"drained: {s.Established!.Primary} has no open transaction and refuses writes{Ended(s)}", Promise),
        new(Step.Promising, s => s.Settled && s.Goal == Goal.Switchover && s.Promised.Count() >= s.Settings.Majority && s.Promised.Contains(s.PrimaryState) && CanStillCutOff(s), Step.Sealing, s => $"term {s.Term} is promised by {List(s.Promised)}", Seal),
        new(Step.Sealing, s => s.SealedAt is not null, Step.CatchingUp, s => $"sealed: {s.Established!.Primary} acks nothing more after {new NpgsqlTypes.NpgsqlLogSequenceNumber(s.SealedAt!.Value)}", CatchUp),
        .. CallsOff(Step.Sealing, s => $"switchover called off: {s.Established!.Primary} could not be sealed; {Problems(s)}"),
        new(Step.CatchingUp, s => s.AllAnswered && Best(s) is { HoldsLock: true, Problem: null }, Step.CuttingOff, s => $"caught up: {Best(s)!.Voter.Name} has replayed all that {s.Established!.Primary} has acked", OrderCutOff),
        .. CallsOff(Step.CatchingUp, s => $"switchover called off: {s.Request!.Target} has not caught up; {Problems(s)}"),
        new(Step.Reopening, MayFailOver, Step.Reading, Detected, s => Begin(s, Goal.Failover)),
        new(Step.Reopening, s => s.AllAnswered && s.PrimaryState is { Problem: null }, Step.Leading, s => $"{s.Established!.Primary} takes writes again", Reopened),
        new(Step.Reopening, s => s.AllAnswered || s.TimeOver, Step.Leading, s => $"{s.Established!.Primary} could not be opened again: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        // ---- A new term: read what others have begun, then have a majority promise. ----
        new(Step.Reading, s => s.Goal == Goal.Failover && s.Verdict.Kind == VerdictKind.Healthy, Step.Leading, s => $"no failover: {s.Verdict.Primary} answers again", Abandon),
        // The records may show a newer term than the one that this attempt was begun for.
        new(Step.Reading, s => s.Settled && IsOutdated(s), Step.Leading, s => $"term {s.Established!.Term} has been established for {s.Established.Primary} meanwhile", Abandon),
        new(Step.Reading, MustAdopt, Step.Promising, s => $"{Adoptable(s)} was promoted by a coordinator before; finishing its work", s => Promise(s with { Goal = Goal.Adopt, Candidate = Adoptable(s) })),
        new(Step.Reading, s => s.Settled && s.Goal == Goal.Failover && s.IsPaused && !IsAskedToFailOver(s), Step.Leading, s => IfNew(s, s.Pauses.Why!, "failover refused"), s => Refuse(s, s.Pauses.Why!, Fail), IsWarning: true),
        new(Step.Reading, s => s.Settled && s.Goal == Goal.Failover && FlapGuard.WhyRefused(s) is not null && !IsAskedToFailOver(s), Step.Leading, s => IfNew(s, FlapGuard.WhyRefused(s)!, "failover refused"), s => Refuse(s, FlapGuard.WhyRefused(s)!, Fail), IsWarning: true),
        new(Step.Reading, s => s.Settled && s.Goal == Goal.Failover && WhyNotFeasible(s) is not null, Step.Leading, s => IfNew(s, WhyNotFeasible(s)!, "failover refused"), s => Refuse(s, WhyNotFeasible(s)!, Fail), IsWarning: true),
        new(Step.Reading, s => s.Settled && s.Records.Count() >= s.Settings.Majority && s is { Goal: Goal.Failover, Settings.FencingTimeout: not null }, Step.Isolating, s => s.Refusal is null ? $"having {s.Verdict.Primary} fenced from outside" : null, Isolate),
        new(Step.Reading, s => s.Settled && s.Records.Count() >= s.Settings.Majority, Step.Promising, _ => null, Promise),
        new(Step.Reading, s => s.TimeOver || s.AllAnswered, Step.Leading, _ => "the records of a majority could not be read", Abandon, IsWarning: true),

        // Before anything is changed, so that a fence that fails leaves everything as it was.
        new(Step.Isolating, s => (s.Isolation is not null || s.TimeOver) && s.Verdict.Kind == VerdictKind.Healthy && !IsIsolated(s), Step.Leading, s => $"no failover: {s.Verdict.Primary} answers again", Abandon),
        new(Step.Isolating, s => s.Isolation is { Succeeded: true } && s.Records.Count() >= s.Settings.Majority, Step.Promising, s => $"{(s.Settings.RehearsesFencing ? "rehearsed the fencing" : "fenced from outside")}: {s.Isolation!.Sentence}", Promise),
        new(Step.Isolating, s => (s.Isolation is not null || s.TimeOver) && GoesOnUnfenced(s) && s.Records.Count() >= s.Settings.Majority, Step.Promising, s => $"{WhyNotIsolated(s)}; going on all the same", Promise, IsWarning: true),
        new(Step.Isolating, s => s.Isolation is { Succeeded: true }, Step.Leading, s => $"{s.Verdict.Primary} is fenced from outside, but too few voters are left: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),
        new(Step.Isolating, s => s.Isolation is not null || s.TimeOver, Step.Leading, s => IfNew(s, WhyNotIsolated(s), "failover refused"), s => Refuse(s, WhyNotIsolated(s), Fail), IsWarning: true),

        new(Step.Promising, s => s.Settled && s.Goal == Goal.Failover && s.Promised.Count() >= s.Settings.Majority && CanStillCutOff(s), Step.CuttingOff, s => $"term {s.Term} is promised by {List(s.Promised)}", OrderCutOff),
        new(Step.Promising, s => s.Settled && s.Goal == Goal.Confirm && s.Promised.Count() >= s.Settings.Majority && Contender(s) is not null, Step.CuttingOff, s => $"an earlier term decided for {Contender(s)}, which may have been promoted: cutting off to find out", OrderCutOff),
        new(Step.Promising, s => s.Settled && s.Goal == Goal.Reconfigure && (Contender(s) is not null || s.PrimaryState is null), Step.Leading, s => $"not the time to name other standbys: {Contender(s) ?? Problems(s)}", Abandon, IsWarning: true),
        new(Step.Promising, s => s.Settled && !Promotes(s) && s.Promised.Count() >= s.Settings.Majority, Step.Deciding, _ => null, Decide),
        new(Step.Promising, s => s.Goal == Goal.Switchover && (s.TimeOver || s.AllAnswered) && CanUndo(s), Step.Reading, s => $"switchover called off: term {s.Term} was not promised by a majority; {Problems(s)}", Undo, IsWarning: true),
        new(Step.Promising, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"term {s.Term} was not promised by a majority: {Problems(s)}", Abandon, IsWarning: true),

        // ---- The primary is well, but another node may have been promoted: positions tell. ----
        new(Step.CuttingOff, s => s.Settled && s.Goal == Goal.Confirm && CanTellOfContender(s), Step.ReadingPositions, _ => null, ReadPositions),
        new(Step.CuttingOff, s => (s.TimeOver || s.AllAnswered) && s.Goal == Goal.Confirm, Step.Leading, s => $"whether {Contender(s)} has acked anything cannot be told from {List(s.CutOff)} alone; trying again soon. {Problems(s)}", TryAgain, IsWarning: true),
        new(Step.ReadingPositions, s => s.Settled && s.Goal == Goal.Confirm && NobodyWentOn(s), Step.Deciding, s => $"{Contender(s)} has acked nothing ({Positions(s)}); {s.Candidate} stays the primary", Decide),
        new(Step.ReadingPositions, s => s.Settled && s.Goal == Goal.Confirm && SomebodyWentOn(s) && PositionsSuffice(s) && WhyNoCandidate(s) is null, Step.Deciding, s => $"{Best(s)!.Voter.Name} has gone on after {s.Candidate} ({Positions(s)}) and will be promoted", s => Decide(Choose(s with { Goal = Goal.Failover }))),
        new(Step.ReadingPositions, s => (s.TimeOver || s.AllAnswered) && s.Goal == Goal.Confirm, Step.Leading, s => $"whether {Contender(s)} has acked anything cannot be told ({Positions(s)}); trying again soon. {Problems(s)}", TryAgain, IsWarning: true),

        // ---- Failover. Up to the promotion everything can be taken back. ----
        new(Step.CuttingOff, s => s.Settled && IsCutOff(s), Step.ReadingPositions, s => $"cut off: {List(s.CutOff)} receive nothing more from {s.Verdict.Primary}, which can ack nothing more", ReadPositions),
        new(Step.CuttingOff, s => s.TimeOver || s.AllAnswered, Step.Reverting, s => $"refused: only {List(s.CutOff)} could be cut off; {Problems(s)}", Revert, IsWarning: true),

        new(Step.ReadingPositions, s => s.CutOff.Any(v => v.Position?.Term is { IsGivenUp: true }), Step.Reverting, _ => "refused: coordination of this cluster has been given up meanwhile", Revert, IsWarning: true),
        new(Step.ReadingPositions, s => s.Settled && PositionsSuffice(s) && WhyNoCandidate(s) is not null, Step.Reverting, s => $"refused: {WhyNoCandidate(s)}", Revert, IsWarning: true),
        new(Step.ReadingPositions, s => s.Settled && PositionsSuffice(s), Step.Deciding, s => $"{Best(s)!.Voter.Name} is furthest ({Positions(s)}) and will be promoted", s => Decide(Choose(s))),
        new(Step.ReadingPositions, s => s.TimeOver || s.AllAnswered, Step.Reverting, s => $"refused: the positions of too few standbys could be read; {Problems(s)}", Revert, IsWarning: true),

        new(Step.Deciding, s => s.Settled && IsDecided(s) && Promotes(s), Step.Preparing, _ => null, Prepare),
        // Where it takes writes alone a majority must know of it first. A promoted one may have been left behind the names that nobody bears.
        new(Step.Deciding, s => s.Settled && IsDecided(s) && NeedsAcceptance(s), Step.Accepting, _ => null, Accept),
        // A confirmed one always: what the record shows of its files need not be what the server has loaded.
        new(Step.Deciding, s => s.Settled && IsDecided(s) && (s.Goal == Goal.Confirm || (s.Goal == Goal.Reconfigure && !Widens(s))), Step.Opening, s => IsClosed(s.CandidateState!.Record!) ? $"{s.Candidate} takes writes again" : null, Open),
        new(Step.Deciding, s => s.Settled && IsDecided(s), Step.Establishing, _ => null, Establish),
        new(Step.Deciding, s => (s.TimeOver || s.AllAnswered) && Promotes(s), Step.Reverting, s => $"refused: the decision for {s.Candidate} was not recorded by a majority; {Problems(s)}", Revert, IsWarning: true),
        new(Step.Deciding, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"the decision for {s.Candidate} was not recorded by a majority; {Problems(s)}", Abandon, IsWarning: true),

        new(Step.Preparing, s => s.AllAnswered && s.CandidateState is { Problem: null }, Step.Verifying, _ => null, Verify),
        new(Step.Preparing, s => s.TimeOver || s.AllAnswered, Step.Reverting, s => $"refused: {s.Candidate} could not be prepared; {Problems(s)}", Revert, IsWarning: true),

        new(Step.Verifying, s => s.Settled && IsVerified(s), Step.Promoting, _ => null, Promote),
        new(Step.Verifying, s => s.TimeOver || s.AllAnswered, Step.Reverting, s => $"refused: something changed before the promotion; {Problems(s)}", Revert, IsWarning: true),

        // ---- From here on only forward: a promotion that was asked for cannot be taken back. ----
        new(Step.Promoting, s => s.AllAnswered && s.CandidateState is { Problem: null, HoldsLock: true } && NewRow(s).Required == 0, Step.Accepting, Promoted, Accept) { Change = Changes.OfPrimary },
        new(Step.Promoting, s => s.AllAnswered && s.CandidateState is { Problem: null, HoldsLock: true }, Step.Establishing, Promoted, Establish) { Change = Changes.OfPrimary },
        new(Step.Promoting, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"whether {s.Candidate} was promoted is not known: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Accepting, s => s.Settled && IsAccepted(s), Step.Opening, _ => null, Open),
        new(Step.Accepting, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"{s.Candidate} was not accepted by a majority: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Opening, s => s.AllAnswered && s.CandidateState is { Problem: null, HoldsLock: true }, Step.Establishing, _ => null, Establish),
        new(Step.Opening, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"{s.Candidate} could not be opened: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Establishing, s => s.TermLsn is not null && s.Settled, Step.Flushing, _ => null, AwaitFlush),
        new(Step.Establishing, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"the row of term {s.Term} could not be committed on {s.Candidate}: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Flushing, s => s.FlushSeen && s.Settled && Widens(s), Step.Widening, _ => null, Widen),
        new(Step.Flushing, s => s.FlushSeen && s.Settled, Step.Marking, FollowersStream, Mark),
        new(Step.Flushing, s => s.Goal == Goal.Reconfigure && (s.TimeOver || s.CandidateState is not { Problem: null, HoldsLock: true }), Step.Leading, s => $"none of {WaitsFor(s)} has flushed the row of term {s.Term}; {s.Candidate} is confirmed with the standbys of before", TryAgain, IsWarning: true),
        new(Step.Flushing, s => s.CandidateState is not { HoldsLock: true }, Step.Leading, s => $"the session on {s.Candidate} was lost before term {s.Term} was established; trying again soon", TryAgain, IsWarning: true),
        new(Step.Flushing, s => s.GraceOver && TooFewCanFollow(s), Step.Leading, s => $"too few of those who have to flush the row of term {s.Term} can be reached; trying again soon", TryAgain, IsWarning: true),
        new(Step.Flushing, s => s.TimeOver || s.CandidateState is { Problem: not null }, Step.Flushing, s => $"term {s.Term} waits for {WaitsFor(s)} to flush its row", AwaitFlush, IsWarning: true),

        new(Step.Widening, s => s.AllAnswered && s.CandidateState is { Problem: null, HoldsLock: true }, Step.Marking, FollowersStream, Mark),
        new(Step.Widening, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"{s.Candidate} could not be told whom to wait for: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Marking, s => s.IsMarked && s.Goal == Goal.Reconfigure, Step.Leading, s => $"established: in term {s.Term} {Acks(s)}", Finish) { Change = Changes.OfRow },
        new(Step.Marking, s => s.IsMarked, Step.Leading, s => $"established: {s.Candidate} is the primary of term {s.Term}", Finish) { Change = Changes.OfRow },
        new(Step.Marking, s => s.TimeOver || s.AllAnswered, Step.Leading, s => $"term {s.Term} could not be marked as established: {Problems(s)}; trying again soon", TryAgain, IsWarning: true),

        new(Step.Reverting, s => s.Goal == Goal.Switchover && CanUndo(s), Step.Reading, _ => null, Undo),
        new(Step.Reverting, s => s.Goal == Goal.Switchover, Step.Leading, _ => null, Abandon),
        new(Step.Reverting, s => Contender(s) is not null, Step.Leading, s => $"nobody is pointed back to {s.Verdict.Primary}: an earlier term decided for {Contender(s)}, which may have been promoted", s => Refuse(s, "a contender", Fail), IsWarning: true),
        new(Step.Reverting, s => s.AllAnswered || s.TimeOver, Step.Leading, s => $"pointed back to {s.Verdict.Primary}: {List(s.Promised.Where(v => v.IsRepointed))}", s => Refuse(s, "pointed back", Fail), IsWarning: true),
    ];

    private static IEnumerable<Transition> ReopensUnlessLost(Step step) =>
    [
        new(step, MayFailOver, Step.Reading, Detected, s => Begin(s, Goal.Failover)),
        new(step, s => s.StopRequested, Step.Reopening, s => $"switchover called off: {s.Settings.Coordinator} is being stopped", s => Reopen(s, "its coordinator was stopped"), IsWarning: true),
        new(step, s => s.TimeOver || s.PrimaryState is null or { Problem: not null } || TargetIsGone(s), Step.Reopening, s => $"switchover called off: {WhyCalledOff(s)}", s => Reopen(s, s.LastTold!), IsWarning: true),
    ];

    /// <summary>A term is taken and the primary closed: to undo that takes another term.</summary>
    private static IEnumerable<Transition> CallsOff(Step step, Func<FailoverState, string> sentence) =>
    [
        new(step, s => (s.TimeOver || s.AllAnswered) && CanUndo(s), Step.Reading, sentence, Undo, IsWarning: true),
        new(step, s => s.TimeOver || s.AllAnswered, Step.Leading, sentence, Abandon, IsWarning: true),
    ];

    private static IEnumerable<Transition> LosesOffice(Step step) =>
    [
        // A failover or switchover that has begun is finished or undone first; a stop in peace hands over at once.
        new(step, s => s.MayStop && step is Step.Surveying or Step.Leading or Step.Fencing or Step.Reading, Step.Stopped, s => $"{s.Settings.Coordinator} stops and releases its locks", Release),
        new(step, s => !s.HoldsMajority, Step.Watching, s => $"no longer the coordinator: only the locks of {List(s.Held)} are held; {Problems(s)}", LoseOffice, IsWarning: true),
    ];
}

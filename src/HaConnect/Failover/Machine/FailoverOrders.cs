using HaConnect.Failover.Fencing;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;
using static HaConnect.Failover.FailoverRules;
using static HaConnect.Failover.SwitchoverRules;

namespace HaConnect.Failover;

/// <summary>What is asked of whom on entering a step. Pure: it only says so.</summary>
internal static class FailoverOrders
{
    internal static (FailoverState State, IEnumerable<Effect> Effects) Release(FailoverState s) =>
        (s.WithAll(v => new VoterState(v.Voter)) with { Goal = Goal.None, Term = 0, Candidate = null, Request = null, CalledOff = null, Streams = s.Streams.Clear() }, [new Effect.ReleaseAll()]);

    /// <summary>What was refused was this office's business: the next one is announced again.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) LoseOffice(FailoverState s)
    {
        var (released, effects) = Release(s with { Refusal = null });
        return (released, s.Goal == Goal.Failover ? [.. effects, new Effect.FailoverEnded(Succeeded: false)] : effects);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) TakeLocks(FailoverState s) =>
        Ask(s.WithAll(v => new VoterState(v.Voter)), s.Voters.Values, _ => [new NodeCommand.TakeLock()]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Survey(FailoverState s) =>
        ReadRecords(s with { Goal = Goal.None, Term = 0, NewestDecision = Decision.None, NewestAcceptance = Decision.None, Candidate = null, Request = null });

    internal static (FailoverState State, IEnumerable<Effect> Effects) Begin(FailoverState s, Goal goal)
    {
        (s, var effects) = ReadRecords(Anew(s) with
        {
            Goal = goal,
            Candidate = goal switch
            {
                Goal.Confirm or Goal.Reconfigure => s.Established!.Primary,
                Goal.Bootstrap => s.Voters.Values.First(v => v is { Voter.IsWitness: false, Record.InRecovery: false }).Voter.Name,
                _ => null,
            },
        });
        return (s, goal == Goal.Failover ? [new Effect.FailoverBegan(s.Verdict.Reason), .. effects] : effects);
    }

    /// <summary>The surveys are counted anew, so that one that fails is not tried again at once.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Reconfigure(FailoverState s)
    {
        var change = Membership.Change(s)!;
        var (begun, effects) = Begin(s with { Streams = s.Streams.Clear() }, Goal.Reconfigure);
        return (begun with { CandidateRequired = change.Required, CandidateStandbys = change.Standbys }, effects);
    }

    /// <summary>Writes go on meanwhile: what the target is late would hold them up once the primary is sealed.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Announce(FailoverState s)
    {
        var request = s.PrimaryState!.Record!.Request!;
        var target = TargetOf(s, request)!.Voter.Name;
        s = Anew(s) with { Goal = Goal.Switchover, Request = request with { Target = target }, CalledOff = null };
        return Ask(s, [s.PrimaryState!, s.Voters[target]], v => v.Voter.Name == target
            ? [new NodeCommand.AwaitSmallLag(request.DrainTimeout)]
            : [new NodeCommand.StartRequest(request.Id, target), Tell(s, RegisterPhase.Announced), new NodeCommand.AwaitInstances()]);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) Drain(FailoverState s) =>
        Ask(s, [s.PrimaryState!], v => [Tell(s, RegisterPhase.Held), new NodeCommand.Drain(s.Request!.Id, s.Request.DrainTimeout, s.Request.Terminates)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Seal(FailoverState s) => Ask(s, [s.PrimaryState!], _ => [new NodeCommand.Seal(s.Term, s.Request!.Id)]);

    /// <summary>
    /// Calls a switchover off that has taken a term: the present primary is confirmed in another one at once, which opens it and points the
    /// standbys back to it.
    /// </summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Undo(FailoverState s) => Begin(s with { CalledOff = s.LastTold }, Goal.Confirm);

    internal static (FailoverState State, IEnumerable<Effect> Effects) CatchUp(FailoverState s) => Ask(s, [Best(s)!], _ => [new NodeCommand.AwaitReplay(s.SealedAt!.Value)]);

    /// <summary>Before a term was promised: nobody but the present primary knows of the switchover.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Reopen(FailoverState s, string outcome)
    {
        var reopen = new NodeCommand.Reopen(OfTermInForce(s, RegisterPhase.Established), NamesOf(s.Established!));
        NodeCommand[] orders = [reopen, new NodeCommand.EndRequest(s.Request?.Id ?? 0, outcome)];
        return Ask(s with { Goal = Goal.None, Request = null, CalledOff = outcome }, s.PrimaryState is { } primary ? [primary] : [], _ => orders);
    }

    /// <summary>It is not tried; the next survey finds it ended.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) RefuseRequest(FailoverState s, string why)
    {
        var (refused, effects) = Settle(s);
        return (refused, [.. effects, new Effect.AtNode(s.Established!.Primary, s.StepNumber, new NodeCommand.EndRequest(s.PrimaryState!.Record!.Request!.Id, why))]);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) Reopened(FailoverState s) => Settle(s with { CalledOff = null });

    /// <summary>Whatever closed the candidate is undone, too; some of that need not show.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Open(FailoverState s)
    {
        var row = NewRow(s);
        return Ask(s, [s.CandidateState!], v => [new NodeCommand.SetSynchronousNames(Agrees(v.Record!, row) ? v.Record!.SynchronousNamesText : NamesOf(row), s.Term)]);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) Isolate(FailoverState s) =>
        (s, [new Effect.Isolate(s.StepNumber, new FenceOrder(s.Established!.Primary, s.Established.Term, s.Verdict.Reason, s.Settings.RehearsesFencing))]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Promise(FailoverState s)
    {
        var term = 1 + s.Records.Select(r => Math.Max(r.Register?.Term ?? 0, r.NewestTerm?.Term ?? 0)).Append(s.Established?.Term ?? 0).Max();
        s = s with { Term = term, NewestDecision = NewestDecision(s), NewestAcceptance = NewestAcceptance(s) };

        // The session to a lost primary may still seem open; its promise is not needed, and to wait for it would only delay.
        var lost = s.Goal == Goal.Failover ? s.Verdict.Primary : null;
        return Ask(s, s.Held.Where(v => v.Record is not null && v.Voter.Name != lost), v => [WritePromise(s, v)]);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) OrderCutOff(FailoverState s) =>
        Ask(s, s.Promised.Where(v => IsStandby(v, s)), _ => [new NodeCommand.CutOff(s.Term)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) ReadPositions(FailoverState s) =>
        Ask(s, s.CutOff, _ => [new NodeCommand.ReadPosition()]);

    internal static FailoverState Choose(FailoverState s)
    {
        var (best, required) = (Best(s)!, s.Established!.Required);
        var followers = FollowersOf(best, s).ToList();
        var wanted = followers.Where(v => v.Voter.IsSynchronous).ToList();
        var standbys = wanted.Count >= required ? wanted : followers;
        return standbys.Count >= required
            ? s with { Candidate = best.Voter.Name, CandidateRequired = required, CandidateStandbys = [.. required == 0 ? [] : standbys.Select(v => v.Voter.Name)] }
            : s with { Candidate = best.Voter.Name, CandidateRequired = 0, CandidateStandbys = [] };
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) Decide(FailoverState s) =>
        Ask(s, s.Promised, v => [WriteRegister(s, v, RegisterPhase.Decided)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Prepare(FailoverState s) =>
        Ask(s, [s.CandidateState!], _ => [new NodeCommand.SetSynchronousNames(CandidateNames(s), s.Term)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Verify(FailoverState s) =>
        Ask(s, s.Promised, v => [new NodeCommand.Verify(s.Term, v.IsCutOff)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Promote(FailoverState s) =>
        Ask(s, [s.CandidateState!], v => [new NodeCommand.Promote(new PromotionOrder(s.Term, v.Position!.Value.Furthest, CandidateNames(s)))]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Accept(FailoverState s) =>
        Ask(s, s.Promised, v => [WriteRegister(s, v, RegisterPhase.Accepted)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Widen(FailoverState s) =>
        Ask(s, [s.CandidateState!], _ => [new NodeCommand.SetSynchronousNames(NamesOf(NewRow(s)), s.Term)]);

    /// <summary>
    /// The row comes before any follower: whatever is ever acked under this term then lies behind its row, so that a standby without the row
    /// proves that it holds nothing of the term.
    /// </summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Establish(FailoverState s) =>
        Ask(s, s.Settings.Broken == BrokenRules.FollowersBeforeRow ? [.. s.Promised.Where(v => v is { Record.InRecovery: true } && v.Voter.Name != s.Candidate), s.CandidateState!] : [s.CandidateState!], v => v.Voter.Name == s.Candidate
            ? [new NodeCommand.CommitTerm(NewRow(s), [.. s.Settings.Voters.Select(x => x.Name)], s.Goal.ToString())]
            : [new NodeCommand.Repoint(s.Candidate!, s.Term)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) AwaitFlush(FailoverState s)
    {
        var row = RowOfFlush(s);
        s = s with { FlushSeen = row.Required == 0 || NewRow(s).Required == 0 };
        var followers = s.Goal == Goal.Reconfigure ? [] : s.Promised.Where(v => v is { Record.InRecovery: true, IsRepointed: false, Voter.IsWitness: false } && v.Voter.Name != s.Candidate && !StaysBehindStandby(v, s));
        return Ask(s, s.FlushSeen ? followers : followers.Append(s.CandidateState!), v => v.Voter.Name == s.Candidate
            ? [new NodeCommand.AwaitFlush(s.TermLsn!.Value, row.SynchronousStandbys, row.Required)]
            : [new NodeCommand.Repoint(s.Candidate!, s.Term)]);
    }

    internal static (FailoverState State, IEnumerable<Effect> Effects) Mark(FailoverState s) =>
        Ask(s, s.Promised, v => v.Voter.Name == s.Candidate
            ? [new NodeCommand.MarkEstablished(s.Term, s.TermLsn!.Value, EndedBy(s)), WriteRegister(s, v, RegisterPhase.Established)]
            : [WriteRegister(s, v, RegisterPhase.Established)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Finish(FailoverState s)
    {
        var wasFailover = s.Goal is Goal.Failover or Goal.Adopt;
        s = s with { Established = NewRow(s) with { IsEstablished = true }, EstablishedIsEverywhere = s.Goal != Goal.Bootstrap, Refusal = null, FailuresInARow = 0, Goal = Goal.None };

        return (s with { Request = null, CalledOff = null }, wasFailover ? [new Effect.FailoverEnded(Succeeded: true)] : []);
    }

    /// <summary>The switchover that ends with this term: also one that a coordinator before has begun with.</summary>
    private static NodeCommand.EndRequest? EndedBy(FailoverState s) => s.Goal is Goal.Bootstrap or Goal.Reconfigure
        ? null
        : new NodeCommand.EndRequest(s.Request?.Id ?? 0, s.Goal == Goal.Confirm ? s.CalledOff ?? SwitchoverRequest.Lost : SwitchoverRequest.Succeeded);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Fence(FailoverState s) =>
        Ask(s, LeftBehind(s), _ => [new NodeCommand.Fence(s.Established!.Term)]);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Fenced(FailoverState s) => Settle(s with { FenceProblem = null });

    internal static (FailoverState State, IEnumerable<Effect> Effects) KeepFenceProblem(FailoverState s) => (s with { FenceProblem = Problems(s) }, []);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Settle(FailoverState s) =>
        (s.Verdict.Kind == Detection.VerdictKind.Healthy ? s with { Refusal = null, FailuresInARow = s.Established is null ? s.FailuresInARow : 0 } : s, []);

    /// <summary>
    /// Not while another node may have been promoted by an earlier coordinator: the old primary and that one could then both ack, each with
    /// standbys of its own.
    /// </summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) Revert(FailoverState s) => s switch
    {
        { Goal: Goal.Switchover } => (s, []), // undone as a whole
        _ when Contender(s) is not null => (s, []),
        _ => Ask(s, s.Promised.Where(v => IsStandby(v, s)), _ => [new NodeCommand.Repoint(s.Established!.Primary, s.Term)]),
    };

    /// <summary>After the promotion: nothing is taken back, the next attempt goes on from what the servers then have.</summary>
    internal static (FailoverState State, IEnumerable<Effect> Effects) TryAgain(FailoverState s) =>
        (s with { Goal = Goal.None, FailuresInARow = s.FailuresInARow + 1, Refusal = "trying again" }, []);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Abandon(FailoverState s) =>
        (s with { Goal = Goal.None, Refusal = s.Verdict.Reason, FailuresInARow = s.FailuresInARow + 1 }, s.Goal == Goal.Failover ? [new Effect.FailoverEnded(Succeeded: false)] : []);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Fail(FailoverState s) =>
        (s with { Goal = Goal.None, FailuresInARow = s.FailuresInARow + 1 }, s.Goal == Goal.Failover ? [new Effect.FailoverEnded(Succeeded: false)] : []);

    internal static (FailoverState State, IEnumerable<Effect> Effects) Refuse(
        FailoverState s, string why, Func<FailoverState, (FailoverState State, IEnumerable<Effect> Effects)> then) => then(s with { Refusal = why });

    private static (FailoverState State, IEnumerable<Effect> Effects) ReadRecords(FailoverState s)
    {
        // A lost primary answers nobody; to wait for it would only delay its successor.
        var lost = s.Verdict.IsLost ? s.Verdict.Primary : null;
        return Ask(s, s.Voters.Values.Where(v => v.Voter.Name != lost), v =>
            v.HoldsLock ? [new NodeCommand.ReadRecord()] : [new NodeCommand.TakeLock(), new NodeCommand.ReadRecord()]);
    }

    private static string CandidateNames(FailoverState s) => s.CandidateRequired == 0
        ? SynchronousNames.Pending(s.Term)
        : SynchronousNames.Format(s.CandidateRequired, s.CandidateStandbys);

    private static FailoverState Anew(FailoverState s) => s.WithAll(v => v.Anew()) with
    {
        Term = 0,
        NewestDecision = Decision.None,
        NewestAcceptance = Decision.None,
        Candidate = null,
        CandidateStandbys = [],
        CandidateRequired = 0,
        TermLsn = null,
        Isolation = null,
        EndedSessions = [],
        SealedAt = null,
        FlushSeen = false,
        IsMarked = false,
    };

    /// <summary>Also where they are written otherwise, as FIRST k.</summary>
    private static bool Agrees(VoterRecord record, TermRow row) => !SynchronousNames.IsClosed(record.SynchronousNamesText) && !SynchronousNames.IsPending(record.SynchronousNamesText) && (record.SynchronousNames is { } names
        ? names.Required == row.Required && names.Names.Order(StringComparer.Ordinal).SequenceEqual(row.SynchronousStandbys.Order(StringComparer.Ordinal), StringComparer.Ordinal)
        : row.Required == 0);

    private static string NamesOf(TermRow row) => row.Required == 0 ? "" : SynchronousNames.Format(row.Required, row.SynchronousStandbys);

    /// <summary>By the register of the present primary, which every instance reads with each probe.</summary>
    private static NodeCommand.WriteRegister Tell(FailoverState s, RegisterPhase phase) =>
        new(OfTermInForce(s, phase));

    private static Register OfTermInForce(FailoverState s, RegisterPhase phase)
    {
        var primary = new Decision(s.Established!.Term, s.Established.Primary);
        return new Register(primary.Term, s.Settings.Coordinator, phase, primary, primary, primary.Node);
    }

    /// <summary>The newest decision and acceptance are carried on, since the promise overwrites them; and so is that new writes are held.</summary>
    private static NodeCommand.WriteRegister WritePromise(FailoverState s, VoterState voter)
    {
        var phase = s.Goal == Goal.Switchover && voter.Voter.Name == s.Established!.Primary ? RegisterPhase.Held : RegisterPhase.Promised;
        var (decided, accepted) = s.Settings.Broken == BrokenRules.DecisionForgotten ? (Decision.None, Decision.None) : (s.NewestDecision, s.NewestAcceptance);
        return new(new Register(s.Term, s.Settings.Coordinator, phase, decided, accepted, voter.Voter.Name));
    }

    private static NodeCommand.WriteRegister WriteRegister(FailoverState s, VoterState voter, RegisterPhase phase)
    {
        var decided = new Decision(s.Term, s.Candidate!);
        return new(new Register(s.Term, s.Settings.Coordinator, phase, decided, phase == RegisterPhase.Decided ? s.NewestAcceptance : decided, voter.Voter.Name));
    }

    private static (FailoverState State, IEnumerable<Effect> Effects) Ask(FailoverState s, IEnumerable<VoterState> voters, Func<VoterState, IEnumerable<NodeCommand>> commands)
    {
        var asked = voters.SelectMany(v => commands(v).Select(c => new Effect.AtNode(v.Voter.Name, s.StepNumber, c))).ToList();
        s = s with { Pending = [.. asked.Select(a => (a.Node, a.Command.Name))] };
        foreach (var node in asked.Select(a => a.Node).Distinct(StringComparer.Ordinal))
            s = s.With(node, v => v with { Problem = null });
        return (s, asked);
    }
}

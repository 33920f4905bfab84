using System.Globalization;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;
using static HaConnect.Failover.FailoverRules;
using static HaConnect.Failover.FailoverState;

namespace HaConnect.Failover;

/// <summary>The conditions of the failover table that are about switchovers, and the sentences that name what they saw. Pure.</summary>
internal static class SwitchoverRules
{
    /// <summary>A switchover is asked for, and the primary is well.</summary>
    internal static bool IsAskedToSwitchOver(FailoverState s) =>
        s is { StopRequested: false, Established: not null, Verdict.Kind: VerdictKind.Healthy, PrimaryState.Record: { InRecovery: false, Request: not null } };

    /// <summary>Who is to become the primary: who was asked for, else the standby of the highest priority, of those that stream if there are any.</summary>
    internal static VoterState? TargetOf(FailoverState s, SwitchoverRequest request) => request.Target is { } name
        ? s.Voters.GetValueOrDefault(name)
        : s.Held.Where(v => IsStandby(v, s)).OrderBy(v => IsMaintained(v, s)).ThenByDescending(v => IsConnected(v, s)).ThenByDescending(v => v.Voter.Priority).ThenBy(v => v.Voter.Name, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Its session is lost, or what it was asked failed, so that nobody could take over.</summary>
    internal static bool TargetIsGone(FailoverState s) => s.Request is { Target: { } target } && s.Voters.GetValueOrDefault(target) is not { HoldsLock: true, Problem: null };

    internal static string WhyCalledOff(FailoverState s) => s.Pending.Any(p => p.Command == nameof(NodeCommand.AwaitSmallLag))
        && !TargetIsGone(s) && s.PrimaryState is { Problem: null }
            ? $"{s.Request!.Target} has not caught up: it does not replay within {s.Request.DrainTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s what it receives"
            : Problems(s);

    /// <summary>Whose sessions were ended, counted and named.</summary>
    internal static string Ended(FailoverState s)
    {
        const int Named = 20;
        var more = s.EndedSessions.Length > Named ? string.Create(CultureInfo.InvariantCulture, $" and {s.EndedSessions.Length - Named} more") : "";
        return s.EndedSessions.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $"; {s.EndedSessions.Length} ended: {string.Join(", ", s.EndedSessions.Take(Named))}{more}");
    }

    internal static string? WhyNoSwitchover(FailoverState s)
    {
        var request = s.PrimaryState!.Record!.Request!;
        if (request.Term is { } term && term != s.Established!.Term)
            return string.Create(CultureInfo.InvariantCulture, $"it was asked for in term {term}, but term {s.Established.Term} is in force");
        if (TargetOf(s, request) is not { } target)
            return request.Target is null ? "there is no standby in reach" : $"{request.Target} is no configured node";
        if (target.Voter.Name == s.Established!.Primary)
            return $"{target.Voter.Name} is the primary already";
        if (IsMaintained(target, s))
            return $"{target.Voter.Name} is under maintenance";
        if (!IsStandby(target, s) || !target.HoldsLock)
            return $"{target.Voter.Name} is {(target.Voter.IsWitness ? "a witness" : target.Record is null ? "out of reach" : "no standby")}";
        return FollowsNobody(target, s) ? $"{target.Voter.Name} follows nobody"
            : IsAway(target, s) ? $"{target.Voter.Name} does not stream from {s.Established.Primary}, which it is pointed to; its log says why"
            : WhyNotFeasible(s) ?? WhyTooFewFollow(s, target) ?? (s.EstablishedIsEverywhere ? null : $"the row of term {s.Established.Term} has not reached every synchronous standby yet");
    }

    /// <summary>In planned work nobody is promoted who could ack nothing for the lack of standbys that follow.</summary>
    private static string? WhyTooFewFollow(FailoverState s, VoterState target)
    {
        var followers = OthersThan(target, s).Where(v => !IsAway(v, s)).ToList();
        return Suffices(followers.Count, s)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{s.Established!.Required} must ack, but of the others {(followers.Count == 0 ? "none" : "only " + List(followers))} streams and could follow {target.Voter.Name}");
    }

    /// <summary>Whoever has only just lost its stream is waited for: the request stays.</summary>
    internal static bool IsReadyToSwitchOver(FailoverState s) => TargetOf(s, s.PrimaryState!.Record!.Request!) is { } target && IsConnected(target, s) && Suffices(OthersThan(target, s).Count(v => IsConnected(v, s)), s);

    private static IEnumerable<VoterState> OthersThan(VoterState target, FailoverState s) => s.Held.Where(v => v != target && !v.Voter.IsWitness && v.Record is { InRecovery: true } && !FollowsNobody(v, s));

    private static bool Suffices(int followers, FailoverState s) => followers >= s.Established!.Required || s.Settings.DegradeAfter is not null;

    /// <summary>A switchover was begun with this primary, and left or called off before a term was promised.</summary>
    internal static bool IsHeldUp(FailoverState s) => s is { MayStop: false, Established: { } row, PrimaryState.Record: { InRecovery: false } record } && record.EstablishedTerm?.Term == row.Term
        && (record.Register?.Term ?? 0) <= row.Term && (record.IsTold || record.Register is { Phase: RegisterPhase.Announced or RegisterPhase.Held } || SynchronousNames.IsClosed(record.SynchronousNamesText));

    /// <summary>The primary is well and in reach: a switchover away from it can be undone.</summary>
    internal static bool CanUndo(FailoverState s) => s is { Verdict.Kind: VerdictKind.Healthy, PrimaryState: not null };

    /// <summary>It has not streamed from the primary, to which it is pointed, for several surveys.</summary>
    private static bool IsAway(VoterState voter, FailoverState s) => !IsConnected(voter, s) && s.Streams.GetValueOrDefault(voter.Voter.Name).IsGoneFor(TimeSpan.Zero, s.PrimaryState!.Record!);

    /// <summary>It streams from the primary, or is pointed to another standby. One that cannot follow would have writes held until the limit of the step, for nothing.</summary>
    private static bool IsConnected(VoterState voter, FailoverState s) =>
        s.Settings.Conninfo.UpstreamOf(voter.Record!.PrimaryConninfo) != s.Established!.Primary || s.PrimaryState!.Record!.Receiving.Contains(voter.Voter.Name, StringComparer.OrdinalIgnoreCase);
}

using System.Globalization;
using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;
using HaConnect.Routing;
using NpgsqlTypes;

namespace HaConnect.Topology;

/// <summary>Makes the snapshot from facts, ledger and clock. Pure: the same input gives the same snapshot.</summary>
internal static class SnapshotBuilder
{
    internal static ClusterSnapshot Build(SnapshotInput input)
    {
        var epoch = input.Selection.Epoch;
        var stall = input.Primary?.Stall;
        var at = input.Time.GetUtcNow();
        var nodes = new NodeSnapshot[input.Facts.Count];
        var targets = new List<ReadTarget>();
        NodeSnapshot? primary = null;
        for (var i = 0; i < nodes.Length; i++)
        {
            var facts = input.Facts[i];
            nodes[i] = BuildNode(facts, input, at, stall, out var target);
            if (ReferenceEquals(facts, input.Primary))
                primary = nodes[i];
            if (target is not null)
                targets.Add(target);
        }

        var switchover = input.Primary is null ? null : SwitchoverPhase(input.Primary);
        var tiers = TiersOf(targets, input.Routing);
        return new ClusterSnapshot
        {
            Version = input.Version,
            TakenAt = at,
            Nodes = nodes,
            Primary = primary,
            Term = epoch?.Term?.Term,
            NewestTerm = input.Selection.Term,
            KeepsWhatIsAcked = epoch?.Term is { Required: > 0 },
            SystemIdentifier = input.SystemIdentifier,
            Forks = input.Forks,
            Reason = ReasonOf(input, switchover),
            IsGivenUp = input.IsGivenUp,
            Witnesses = input.Witnesses,
            IsSwitchingOver = switchover is not null,
            HoldsWrites = switchover == RegisterPhase.Held,
            IsWithoutMajority = input.Majority.IsLost,
            RefusesWrites = input.Majority.RefusesWrites,
            RefusesReads = input.Majority.RefusesReads,
            MajorityReason = input.Majority.Reason,
            MajorityLostIn = input.Majority.LostIn,
            IsReplicationStalled = stall is not null,
            IsComplete = SystemIdentity.IsComplete(input.Facts),
            IsUneasy = primary is null || switchover is not null || input.Facts.Any(f => (f.Node.IsConfigured || ReferenceEquals(f, input.Primary)) && IsUneasy(f, input, epoch!)),
            PrimaryStartTime = epoch?.StartTime ?? default,
            Timestamp = input.Now,
            HadPrimaryUntil = primary is not null && !input.Majority.RefusesWrites ? input.Now : input.HadPrimaryUntil,
            CoarseTimestamp = input.CoarseNow,
            PrimaryFreshAsOf = epoch is null || input.Majority.RefusesReads || IsSilent(input.Primary!) ? StalenessLedger.None : input.Ledger.CreditOf(epoch.Primary, input.RequireNoLaterPromise),
            ReadTiers = tiers,
            FirstTierSureUntil = tiers[0].Length == 0 ? long.MinValue : CoarseClock.SureUntil(input.CoarseNow, input.Now, input.Routing.MaxReplicaLag, tiers[0][^1].FreshAsOf),
            WeighsReads = targets.Exists(t => t.Weight != targets[0].Weight),
        };
    }

    private static ReadTarget[][] TiersOf(List<ReadTarget> targets, RoutingOptions routing)
    {
        var slowest = TimeSpan.MaxValue;
        foreach (var target in targets)
        {
            if (!target.IsInReserve && !IsOf(target, routing.Zone) && target.Latency is { } latency && latency < slowest - routing.LatencyWindow)
                slowest = latency + routing.LatencyWindow;
        }

        List<ReadTarget> own = [], near = new(targets.Count), far = [], reserve = [];
        foreach (var target in targets)
            (target.IsInReserve ? reserve : IsOf(target, routing.Zone) ? own : (target.Latency ?? TimeSpan.MaxValue) <= slowest ? near : far).Add(target);
        List<ReadTarget[]> tiers = new(4);
        foreach (var tier in (ReadOnlySpan<List<ReadTarget>>)[own, near, far, reserve])
        {
            tier.Sort(static (a, b) => b.FreshAsOf.CompareTo(a.FreshAsOf));
            if (tier.Count > 0)
                tiers.Add([.. tier]);
        }

        return tiers.Count == 0 ? [[]] : [.. tiers];
    }

    private static ReadTarget TargetOf(NodeFacts facts, long freshAsOf, ulong replayed, bool? isSynchronous, SnapshotInput input)
    {
        var share = facts.Failback.Share(input.Routing, input.Now, input.Time);
        return new ReadTarget(facts.Node, freshAsOf, facts.LastState!.StartTime, replayed, isSynchronous)
        {
            Weight = Math.Max(1, (int)(facts.Node.Weight * (share == 0 ? 1 : share))),
            IsInReserve = share == 0 || facts.Node.Weight == 0 || IsMaintained(facts, input),
            Latency = facts.Latency,
        };
    }

    /// <summary>Whoever works on it is about to stop it.</summary>
    private static bool IsMaintained(NodeFacts facts, SnapshotInput input) =>
        input.Primary?.LastState!.Maintained.Contains(facts.Node.Name, StringComparer.Ordinal) == true;

    private static bool IsOf(ReadTarget target, string? zone) => zone is not null && target.Node.Zone == zone;

    private static string ReasonOf(SnapshotInput input, RegisterPhase? switchover)
    {
        var reason = switchover == RegisterPhase.Held ? $"{input.Selection.Reason}; a switchover is under way, and new writes wait for its end" : input.Selection.Reason;
        return input.Majority.Reason is { } why ? $"{reason}; {why}" : reason;
    }

    /// <summary>
    /// A primary that did not answer, or a node whose last answer is in doubt; one that stays away is no reason to hurry for ever, and one
    /// that is overloaded lives: to ask it more often makes that worse.
    /// </summary>
    private static bool IsUneasy(NodeFacts facts, SnapshotInput input, Epoch epoch) =>
        facts.Failure?.Kind != ProbeFailureKind.Overloaded
        && facts.Reachability(input.TimeoutsUntilUnreachable) is var reachability
        && (ReferenceEquals(facts.Node, epoch.Primary) ? reachability != NodeReachability.Reachable : reachability == NodeReachability.Suspect);

    /// <summary>A switchover is announced, or under way, with this primary; its coordinator tells by the register, and at last by the names that nobody bears.</summary>
    private static RegisterPhase? SwitchoverPhase(NodeFacts primary) => primary.LastState switch
    {
        { } state when SynchronousNames.IsClosed(state.SynchronousStandbyNames) => RegisterPhase.Held,
        { LoadedRegister: { Phase: RegisterPhase.Announced or RegisterPhase.Held } told } when told.Node == primary.Node.Name => told.Phase,
        _ => null,
    };

    /// <summary>It did not answer its last probe in time. A read sent to a frozen server hangs until its own time-out: better to wait for the next probe.</summary>
    private static bool IsSilent(NodeFacts facts) => facts.Failure?.Kind == ProbeFailureKind.TimedOut;

    private static NodeSnapshot BuildNode(NodeFacts facts, SnapshotInput input, DateTimeOffset at, string? stall, out ReadTarget? target)
    {
        target = null;
        var state = facts.LastState;
        var reachability = facts.Reachability(input.TimeoutsUntilUnreachable);
        var isForeign = state is not null && input.SystemIdentifier is not null && state.SystemIdentifier != input.SystemIdentifier;
        var twin = SameServer.Of(facts, input.Facts, input.TimeoutsUntilUnreachable);
        var epoch = input.Selection.Epoch;
        var isSynchronous = input.Primary?.LastState is { SeesStatistics: true } primary ? primary.SynchronousSenders.Contains(facts.Node.Name) : (bool?)null;
        var freshAsOf = StalenessLedger.None;
        if (state is { InRecovery: true } && !isForeign && twin is null)
        {
            freshAsOf = epoch is null || input.Majority.RefusesReads ? StalenessLedger.None : input.Ledger.CreditOf(facts.Node, input.RequireNoLaterPromise);
            if (reachability is NodeReachability.Reachable or NodeReachability.Suspect && !IsSilent(facts))
                target = TargetOf(facts, freshAsOf, epoch is null ? 0 : input.Ledger.ReplayedBy(facts.Node), isSynchronous, input);
        }

        return new NodeSnapshot(facts.Node)
        {
            Facts = facts,
            Role = state is null ? NodeRole.Unknown : state.InRecovery ? NodeRole.Standby : NodeRole.Primary,
            Reachability = reachability,
            Timeline = facts.Timeline,
            Position = state is null ? null : ToLsn(state.InRecovery ? state.ReplayLsn : state.InsertLsn),
            Lag = LagOf(state, freshAsOf, at, input),
            IsSynchronous = isSynchronous == true,
            Upstream = state?.Upstream,
            ServerVersion = state is null ? null : new Version(state.VersionNumber / 10000, state.VersionNumber % 10000),
            StartedAt = state is null ? null : new DateTimeOffset(state.StartTime),
            Latency = facts.Latency,
            ProbedAt = facts.ProbedAt,
            NextProbeWithin = facts.NextWithin,
            Reason = twin is null ? ReasonOf(facts, reachability, isForeign, freshAsOf, input, stall)! // null where the getter says it
                : $"the same server as {twin.Name} (its system identifier and start time are the same), and used as that only",
            IsQuarantined = !isForeign && twin is null && facts.Failure is null && Quarantine.Why(facts, input.Selection) is not null,
            IsForeign = isForeign,
            Senders = state is { InRecovery: false } ? state.Senders : [],
            IsMisconfigured = isForeign || facts.Failure?.Kind == ProbeFailureKind.Misconfigured,
        };
    }

    private static ReplicaLag? LagOf(ServerState? state, long freshAsOf, DateTimeOffset at, SnapshotInput input)
    {
        if (state is not { InRecovery: true, ReplayLsn: { } replay } || freshAsOf == StalenessLedger.None || input.Ledger.NewestPosition is not { } newest)
            return null;
        return new ReplicaLag(newest > replay ? (long)(newest - replay) : 0, input.Time.GetElapsedTime(freshAsOf, input.Now), at);
    }

    /// <summary>Null for a standby of which it is proven how fresh it is, and nothing else is to be said.</summary>
    private static string? ReasonOf(NodeFacts facts, NodeReachability reachability, bool isForeign, long freshAsOf, SnapshotInput input, string? stall) =>
        (InUse(facts, isForeign, freshAsOf, input), Remark(facts, input)) switch
        {
            (true, null) => null,
            (true, { } remark) => string.Create(CultureInfo.InvariantCulture, $"standby, proven to hold what was acked {input.Time.GetElapsedTime(freshAsOf, input.Now).TotalMilliseconds:0} ms ago{remark}"),
            (_, var remark) => ReasonOfOther(facts, reachability, isForeign, input, stall) + remark,
        };

    private static bool InUse(NodeFacts facts, bool isForeign, long freshAsOf, SnapshotInput input) =>
        facts is { WasProbed: true, Failure: null, LastState.InRecovery: true } && !isForeign && freshAsOf != StalenessLedger.None && input.Selection.Epoch is not null;

    private static string ReasonOfOther(NodeFacts facts, NodeReachability reachability, bool isForeign, SnapshotInput input, string? stall)
    {
        if (!facts.WasProbed)
            return "not probed yet";
        if (isForeign)
            return $"refused: its system identifier {facts.LastState!.SystemIdentifier} is another cluster's (this one is {input.SystemIdentifier}); {(facts.Node.IsConfigured ? "correct its host and port" : "correct what it was discovered by")}";
        if (facts.Failure is { } failure)
            return reachability == NodeReachability.Unreachable ? failure.Message : $"{failure.Message} ({facts.TimeoutsInARow} in a row)";
        var epoch = input.Selection.Epoch;
        if (!facts.LastState!.InRecovery)
        {
            return epoch is null || !ReferenceEquals(facts.Node, epoch.Primary) ? Quarantine.Why(facts, input.Selection) ?? "out of recovery, but not used as the primary"
                : stall is null ? input.Selection.Reason : $"{input.Selection.Reason}; {stall}";
        }

        if (epoch is null)
            return "standby; nothing can be proven of it without a primary";
        if (input.Majority.RefusesReads)
            return "standby; nothing counts as proven of it while too few voters are in sight";
        return WhyUnproven(facts, epoch);
    }

    private static string? Remark(NodeFacts facts, SnapshotInput input) => (WhyRarelyProbed(facts), WhyLessReads(facts, input)) switch
    {
        (null, null) => null,
        var (rarely, less) => rarely + less,
    };

    private static string? WhyLessReads(NodeFacts facts, SnapshotInput input)
    {
        if (facts is not { Failure: null, LastState.InRecovery: true })
            return null;
        var share = facts.Failback.Share(input.Routing, input.Now, input.Time);
        return share switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"; in reserve, since it came back {input.Time.GetElapsedTime(facts.Failback.BackSince!.Value, input.Now).TotalSeconds:0} s ago (Routing.FailbackDelay, {facts.Failback.Delay(input.Routing).TotalSeconds:0} s{(facts.Failback.Losses > 1 ? $" after {facts.Failback.Losses} losses" : "")})"),
            _ when IsMaintained(facts, input) => "; in reserve, since it is under maintenance",
            _ when facts.Node.Weight == 0 => "; in reserve, since its Weight is 0",
            < 1 => string.Create(CultureInfo.InvariantCulture, $"; with {share:0%} of its share of the reads, since it came back (Routing.FailbackRamp)"),
            _ => null,
        };
    }

    private static string? WhyRarelyProbed(NodeFacts facts) => facts is { Failure: null, LastState.Crowd: { HasSeat: false } crowd }
        ? string.Create(CultureInfo.InvariantCulture, $"; probed rarely: {crowd.Seats} other instances keep their probing sessions there, a quarter of its max_connections")
        : null;

    private static string WhyUnproven(NodeFacts facts, Epoch epoch) => facts.LastState! switch
    {
        { SeesStatistics: false } when facts.Timeline != epoch.Timeline => "standby whose timeline this user cannot see yet: grant it pg_read_all_stats (or pg_monitor)",
        { HasReceiver: false } => "standby that receives from nobody",
        _ when facts.Timeline != epoch.Timeline => $"standby on timeline {facts.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, while the primary is on {epoch.Timeline}",
        _ => "standby of which no freshness is proven yet",
    };

    private static NpgsqlLogSequenceNumber? ToLsn(ulong? lsn) => lsn is { } value ? new NpgsqlLogSequenceNumber(value) : null;
}

using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>What is known of one node from its probes so far. Immutable; one probe makes the next.</summary>
internal sealed record NodeFacts(Node Node)
{
    internal ServerState? LastState { get; private init; }

    /// <summary>When the probe that brought <see cref="LastState"/> was sent.</summary>
    internal long LastStateSentAt { get; private init; }

    /// <summary>When the last probe ended, answered or not; null before the first.</summary>
    internal long? ProbedAt { get; private init; }

    /// <summary>See <see cref="NodeObservation.NextWithin"/>.</summary>
    internal TimeSpan NextWithin { get; private init; }

    internal TimeSpan? Latency { get; private init; }

    /// <summary>Null when the last probe was answered.</summary>
    internal ProbeFailure? Failure { get; private init; }

    internal int TimeoutsInARow { get; private init; }

    internal bool WasProbed { get; private init; }

    /// <summary>The timeline last received or replayed by the running server process; null when it cannot be known.</summary>
    internal int? Timeline { get; private init; }

    /// <summary>For how long it has said, and nothing else since, that it is starting up or shutting down; time-outs in between count in.</summary>
    internal TimeSpan NotReadyFor { get; private init; }

    /// <summary>From the first to the last answer of the server process that answers now: no clock but this instance's is asked.</summary>
    internal TimeSpan SeenFor { get; private init; }

    /// <summary>Whether the running server process, a standby's, has received from a primary since it was started.</summary>
    internal bool HasStreamed { get; private init; }

    /// <summary>On a primary: why its commits wait for standbys that are not there, by its last answer.</summary>
    internal string? Stall { get; private init; }

    /// <summary>Whether it is in sight as a voter.</summary>
    internal VoterSight Sight { get; private init; } = new(Node.Name);

    /// <summary>The first answer of the server process that answers now, when its probe was sent.</summary>
    internal long SeenSince { get; private init; }

    /// <summary>On a primary that was promoted before this instance's eyes: where it was last seen as a standby.</summary>
    internal (int Timeline, ulong Replayed)? BeforePromotion { get; private init; }

    /// <summary>Whether it was lost, and since when it is back.</summary>
    internal Failback Failback { get; init; } = Failback.None;

    private long? NotReadySince { get; init; }

    internal NodeFacts After(NodeObservation observation, TimeProvider time)
    {
        if (observation.State is not { } state)
            return AfterFailure(observation, observation.Failure!.Kind, time);

        // A standby that lost its stream is still on the timeline it last received, as long as the same process runs.
        var isSameProcess = LastState?.StartTime == state.StartTime;
        var remembered = isSameProcess && LastState!.InRecovery == state.InRecovery ? Timeline : null;
        var seenSince = isSameProcess ? SeenSince : observation.SentAt;
        return this with
        {
            WasProbed = true,
            ProbedAt = observation.ReceivedAt,
            NextWithin = observation.NextWithin,
            LastState = state,
            LastStateSentAt = observation.SentAt,
            Latency = time.GetElapsedTime(observation.SentAt, observation.ReceivedAt),
            Failure = null,
            TimeoutsInARow = 0,
            Timeline = Newer(state.Timeline, remembered),
            NotReadySince = null,
            NotReadyFor = TimeSpan.Zero,
            SeenSince = seenSince,
            SeenFor = time.GetElapsedTime(seenSince, observation.ReceivedAt),
            HasStreamed = (isSameProcess && HasStreamed) || state.HasStreamed,
            Stall = ReplicationStall.Of(state),
            BeforePromotion = !isSameProcess || state.InRecovery ? null
                : LastState is { InRecovery: true, ReplayLsn: { } replayed } && Timeline is { } timeline ? (timeline, replayed) : BeforePromotion,
            Sight = Sight.Heard(state.Register?.Node == Node.Name ? state.Register : null, observation.SentAt),
        };
    }

    /// <summary>An answer to a probe that had been given up.</summary>
    internal NodeFacts HeardLate() => Sight.IsHeard ? this : this with { Sight = Sight.Heard() };

    internal NodeReachability Reachability(int timeoutsUntilUnreachable) => (WasProbed, Failure?.Kind) switch
    {
        (false, _) => NodeReachability.Unknown,
        (_, null) => NodeReachability.Reachable,
        (_, ProbeFailureKind.Refused or ProbeFailureKind.Misconfigured) => NodeReachability.Unreachable,
        (_, ProbeFailureKind.TimedOut or ProbeFailureKind.Unclear) when TimeoutsInARow >= timeoutsUntilUnreachable => NodeReachability.Unreachable,
        _ => NodeReachability.Suspect,
    };

    /// <summary>Whether connections to it may succeed: it answered, or what failed proves a server that is there or nothing at all.</summary>
    internal bool MayServe(int timeoutsUntilUnreachable) =>
        Reachability(timeoutsUntilUnreachable) is NodeReachability.Reachable or NodeReachability.Suspect && Failure?.Kind != ProbeFailureKind.NotReady;

    private NodeFacts AfterFailure(NodeObservation observation, ProbeFailureKind kind, TimeProvider time)
    {
        var notReadySince = kind switch
        {
            ProbeFailureKind.NotReady => NotReadySince ?? observation.SentAt,
            ProbeFailureKind.Refused or ProbeFailureKind.Misconfigured => null,
            _ => NotReadySince,
        };
        return this with
        {
            WasProbed = true,
            ProbedAt = observation.ReceivedAt,
            NextWithin = observation.NextWithin,
            Failure = observation.Failure,
            Sight = Sight.Missed(observation.Failure!, observation.SentAt),
            TimeoutsInARow = kind is ProbeFailureKind.TimedOut or ProbeFailureKind.Unclear ? TimeoutsInARow + 1 : 0,
            NotReadySince = notReadySince,
            NotReadyFor = notReadySince is { } since ? time.GetElapsedTime(since, observation.ReceivedAt) : TimeSpan.Zero,
        };
    }

    private static int? Newer(int? now, int? remembered) => now is null ? remembered : remembered is null ? now : Math.Max(now.Value, remembered.Value);
}

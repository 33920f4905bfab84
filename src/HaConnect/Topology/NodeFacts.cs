using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>What is known of one node from its probes so far. Immutable; one probe makes the next.</summary>
internal sealed record NodeFacts(Node Node)
{
    internal ServerState? LastState { get; private init; }

    /// <summary>When the probe that brought <see cref="LastState"/> was sent.</summary>
    internal long LastStateSentAt { get; private init; }

    internal TimeSpan? Latency { get; private init; }

    /// <summary>Null when the last probe was answered.</summary>
    internal ProbeFailure? Failure { get; private init; }

    internal int TimeoutsInARow { get; private init; }

    internal bool WasProbed { get; private init; }

    /// <summary>The timeline last received or replayed by the running server process; null when it cannot be known.</summary>
    internal int? Timeline { get; private init; }

    internal NodeFacts After(NodeObservation observation, TimeProvider time)
    {
        if (observation.State is not { } state)
        {
            var counts = observation.Failure!.Kind is ProbeFailureKind.TimedOut or ProbeFailureKind.Unclear;
            return this with { WasProbed = true, Failure = observation.Failure, TimeoutsInARow = counts ? TimeoutsInARow + 1 : 0 };
        }

        // A standby that lost its stream is still on the timeline it last received, as long as the same process runs.
        var remembered = LastState?.StartTime == state.StartTime && LastState.InRecovery == state.InRecovery ? Timeline : null;
        return this with
        {
            WasProbed = true,
            LastState = state,
            LastStateSentAt = observation.SentAt,
            Latency = time.GetElapsedTime(observation.SentAt, observation.ReceivedAt),
            Failure = null,
            TimeoutsInARow = 0,
            Timeline = Newer(state.Timeline, remembered),
        };
    }

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

    private static int? Newer(int? now, int? remembered) => now is null ? remembered : remembered is null ? now : Math.Max(now.Value, remembered.Value);
}

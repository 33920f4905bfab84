namespace HaConnect.Topology;

/// <summary>
/// Whether a node that was lost serves reads again. It stays in reserve for a delay, which doubles with each loss that follows soon on the one before,
/// and then gets more and more of its share. One that was never lost serves at once. Pure.
/// </summary>
/// <param name="IsAway">It is lost now.</param>
/// <param name="BackSince">When it came back; null for one that was never lost.</param>
/// <param name="Losses">How often in a row it was lost soon after it had come back.</param>
internal sealed record Failback(bool IsAway = false, long? BackSince = null, int Losses = 0)
{
    private const int MostDoublings = 5;

    /// <summary>A loss begins a new row where the node had served for so many times its delay.</summary>
    private const int CalmDelays = 10;

    private const double LeastShare = 0.1;

    internal static Failback None { get; } = new();

    /// <param name="before">What was known of the node before its last probe.</param>
    /// <param name="after">And after it.</param>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    internal static Failback After(NodeFacts before, NodeFacts after, HaDatabaseOptions options, TimeProvider time)
    {
        var known = before.Failback;
        if (after.Failure is null)
        {
            var now = after.LastStateSentAt;
            var restarted = before.LastState is { InRecovery: true } last && last.StartTime != after.LastState!.StartTime;
            return known.IsAway ? known with { IsAway = false, BackSince = now }
                : restarted ? known.Lost(now, options, time) with { IsAway = false, BackSince = now }
                : known;
        }

        return !known.IsAway && !after.MayServe(options.Probing.TimeoutsUntilUnreachable) ? known.Lost(time.GetTimestamp(), options, time) : known;
    }

    /// <summary>0 for in reserve, 1 for its whole share.</summary>
    internal double Share(RoutingOptions options, long now, TimeProvider time)
    {
        if (BackSince is not { } since)
            return 1;
        var serving = time.GetElapsedTime(since, now) - Delay(options);
        return serving < TimeSpan.Zero ? 0
            : serving >= options.FailbackRamp ? 1
            : Math.Max(LeastShare, serving / options.FailbackRamp);
    }

    /// <summary>How long it stays in reserve from its return on.</summary>
    internal TimeSpan Delay(RoutingOptions options) => options.FailbackDelay * (1 << Math.Clamp(Losses - 1, 0, MostDoublings));

    private Failback Lost(long now, HaDatabaseOptions options, TimeProvider time)
    {
        var wasCalm = BackSince is not { } since || time.GetElapsedTime(since, now) > Delay(options.Routing) * CalmDelays;
        return new Failback(IsAway: true, BackSince, wasCalm ? 1 : Losses + 1);
    }
}

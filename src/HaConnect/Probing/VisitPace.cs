namespace HaConnect.Probing;

/// <summary>
/// How often an instance without a seat looks in at a server. Pure. A visit is a new session, for which the server starts a process, so
/// that all instances together pay <see cref="VisitsPerSecond"/> at most: where the server has seen more new sessions since the last
/// visit, the pause grows in proportion; where fewer, this instance's share grows by a constant, so that the shares become even.
/// </summary>
/// <param name="Least">The shortest pause: often enough to prove the staleness bound.</param>
/// <param name="Pause">The pause now.</param>
internal sealed record VisitPace(TimeSpan Least, TimeSpan Pause)
{
    /// <summary>New sessions a second that visits may cost one server.</summary>
    internal const double VisitsPerSecond = 10;

    private const double ShareGrowth = 0.01; // visits per second, at each visit
    private const double SteepestGrowth = 1.5; // one measurement is not believed too much
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private long? SessionsSoFar { get; init; }

    internal static VisitPace For(HaDatabaseOptions options)
    {
        // Three quarters of the bound leave room for the visits themselves and for the dice that spread them.
        var interval = options.Probing.EffectiveInterval(options.Routing.MaxReplicaLag);
        var least = Min(Max(options.Routing.MaxReplicaLag * 0.75, interval), Max(TimeSpan.FromSeconds(10), interval));
        return new VisitPace(least, least);
    }

    /// <param name="sessionsSoFar">See <see cref="ProbeCrowd.SessionsSoFar"/>.</param>
    /// <param name="sinceLast">Time since the visit before.</param>
    internal VisitPace After(long? sessionsSoFar, TimeSpan sinceLast)
    {
        var next = this with { SessionsSoFar = sessionsSoFar };
        if (sessionsSoFar - SessionsSoFar is not { } news || news < 0 || sinceLast <= TimeSpan.Zero)
            return next; // the first visit, or the statistics were reset
        var crowding = news / sinceLast.TotalSeconds / VisitsPerSecond;
        var pause = crowding > 1 ? Pause * Math.Min(crowding, SteepestGrowth) : TimeSpan.FromSeconds(1 / ((1 / Pause.TotalSeconds) + ShareGrowth));
        return next with { Pause = Min(Max(pause, Least), Longest) };
    }

    /// <summary>
    /// No session could be opened for want of room or in time. Those who try again at once keep an overloaded server from ever serving
    /// one of them: found with 100 instances that all started at the same moment.
    /// </summary>
    internal VisitPace AfterOverload() => this with { Pause = Max(Pause, Min(Pause * 2, Least * 8)) };

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

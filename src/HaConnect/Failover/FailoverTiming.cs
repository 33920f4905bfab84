namespace HaConnect.Failover;

/// <summary>How long a step waits: for stragglers where enough have answered (grace), and for those it cannot go on without. Pure.</summary>
internal static class FailoverTiming
{
    private static readonly TimeSpan SurveyInterval = TimeSpan.FromSeconds(2);

    /// <param name="state">The state just entered.</param>
    /// <param name="stepTimeout">See <see cref="FailoverOptions.StepTimeout"/>.</param>
    /// <param name="dice">0 to 1: instances that fail together must not try again together.</param>
    internal static (TimeSpan Grace, TimeSpan Time) Of(FailoverState state, TimeSpan stepTimeout, double dice) => state.Step switch
    {
        Step.Watching when state.Refusal is not null => Both(TimeSpan.FromSeconds(5 * (0.5 + dice))),
        Step.Watching => Both(TimeSpan.FromMilliseconds(50 + (250 * dice))),
        Step.Leading => Both(SurveyInterval),
        // A backlog of WAL is replayed before a position counts, and before a promotion ends.
        Step.ReadingPositions or Step.Promoting => (stepTimeout, stepTimeout * 300),
        _ => (stepTimeout, stepTimeout * 10),
    };

    private static (TimeSpan Grace, TimeSpan Time) Both(TimeSpan time) => (time, time);
}

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
        Step.Leading when state.FailuresInARow is > 0 and < 5 => Both(TimeSpan.FromMilliseconds(100 << state.FailuresInARow)),
        // Until every synchronous standby has shown the first term's row there is no failover, so it is looked for often.
        Step.Leading when state is { Established: not null, EstablishedIsEverywhere: false } => Both(TimeSpan.FromMilliseconds(100)),
        Step.Leading => Both(SurveyInterval),
        // A backlog of WAL is replayed before a position counts, and before a promotion ends.
        Step.ReadingPositions or Step.Promoting => (stepTimeout, stepTimeout * 300),
        // The program has its own time-out; this is for its end to be told.
        Step.Isolating => Both(state.Settings.FencingTimeout!.Value + (stepTimeout * 10)),
        Step.Draining => Both(state.Request!.DrainTimeout + (stepTimeout * 10)),
        _ => (stepTimeout, stepTimeout * 10),
    };

    private static (TimeSpan Grace, TimeSpan Time) Both(TimeSpan time) => (time, time);
}

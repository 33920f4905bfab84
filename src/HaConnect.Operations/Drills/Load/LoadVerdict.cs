using System.Globalization;

namespace HaConnect.Operations.Drills.Load;

/// <summary>Whether a load drill was passed, and why not: nothing is passed that was not reached, or not proven. Pure.</summary>
internal static class LoadVerdict
{
    /// <summary>A load counts as reached from this share of it on: the last writes of a step end after it.</summary>
    internal const double Reached = 0.95;

    internal static (bool Passed, string Sentence) Of(IReadOnlyList<LoadStep> steps, LoadDrillOptions options, string? stopped)
    {
        if (steps.Count == 0)
            return (false, stopped ?? "no step was run");
        var last = steps[^1];
        if (WhyNot(last, options.MaxLag) is { } why)
            return (false, steps.Count < options.Steps ? $"stopped in step {Number(steps.Count)} of {Number(options.Steps)}: {why}" : why);
        if (stopped is not null || steps.Count < options.Steps)
            return (false, $"stopped after step {Number(steps.Count)} of {Number(options.Steps)}: {stopped ?? "it was called off"}");
        return (true, $"at {options.Peak}, the peak, no standby was more than {LoadText.Seconds(last.GreatestLag)} behind (bound {LoadText.Seconds(options.MaxLag)})");
    }

    /// <summary>Why there is no point in going on; null where there is.</summary>
    internal static string? WhyNot(LoadStep step, TimeSpan maxLag)
    {
        if (step.Failed > 0)
            return $"{Number(step.Failed)} writes failed at {step.Target}: {step.FirstError}";
        if (step.Lags.Count == 0)
            return "there is no standby whose lag could be measured";
        if (step.Lags.FirstOrDefault(l => l.Time is null) is { } unproven)
            return $"nothing was proven of {unproven.Node} at {step.Target}";
        var late = step.Lags.MaxBy(l => l.Time)!;
        if (late.Time >= maxLag)
            return $"{late.Node} was up to {LoadText.Seconds(late.Time)} behind at {step.Target} (bound {LoadText.Seconds(maxLag)})";
        if (step.Reached is not { } reached)
            return $"how much WAL was written at {step.Target} is not known: the primary could not be asked";
        return reached < Reached * step.Target.PerSecond
            ? $"{step.Target} was asked for, and {step.Target with { PerSecond = reached }} was reached: nothing is proven of the load that was to be shown"
            : null;
    }

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}

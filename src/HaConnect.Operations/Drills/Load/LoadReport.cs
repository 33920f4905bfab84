namespace HaConnect.Operations.Drills.Load;

/// <summary>What a load drill came to.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="At">When it began.</param>
/// <param name="IsLocal">Whether it ran on a throw-away cluster.</param>
/// <param name="Options">What was asked for.</param>
/// <param name="Steps">Those that were run.</param>
/// <param name="CaughtUp">How long after the last write every standby was proven to have all of it; null where that did not come within the wait.</param>
/// <param name="Passed">Whether the peak was reached, and every standby proven fresh enough at it.</param>
/// <param name="Sentence">Why, or why not.</param>
/// <param name="Problems">What else went wrong: what was left behind, say.</param>
internal sealed record LoadReport(string Cluster, DateTimeOffset At, bool IsLocal, LoadDrillOptions Options, IReadOnlyList<LoadStep> Steps, TimeSpan? CaughtUp, bool Passed, string Sentence, IReadOnlyList<string> Problems)
{
    /// <summary>For the audit trail.</summary>
    internal DrillOutcome Outcome => new(DrillKind.Load, At, Cluster, Passed, $"load drill {(Passed ? "passed" : "failed")}: {Sentence}")
    {
        IsLocal = IsLocal,
        MaxLag = Steps is [.., var last] ? last.GreatestLag : null,
    };
}

namespace HaConnect.Failover;

/// <summary>
/// A row of the failover table: from a step, when something holds, to the next, saying why, and what is asked of whom on the way. The
/// sentence is what the log and the audit trail show; null where nothing is worth telling.
/// </summary>
internal sealed record Transition(
    Step From,
    Func<FailoverState, bool> When,
    Step To,
    Func<FailoverState, string?> Sentence,
    Func<FailoverState, (FailoverState State, IEnumerable<Effect> Effects)>? Then = null,
    bool IsWarning = false)
{
    /// <summary>What sort of thing the sentence tells of, where the steps do not say it.</summary>
    internal AuditKind? Kind { get; init; }

    /// <summary>What it changes, for the audit trail; null where that is no one value.</summary>
    internal Func<FailoverState, (string? Before, string? After)>? Change { get; init; }
}

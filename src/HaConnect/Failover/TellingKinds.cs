namespace HaConnect.Failover;

/// <summary>What sort of thing a sentence of the failover table tells of, by the steps that it leads between. Pure.</summary>
internal static class TellingKinds
{
    internal static AuditKind Of(Step from, Step to, bool isWarning) => (from, to, isWarning) switch
    {
        (_, Step.Watching or Step.Electing or Step.Surveying or Step.Stopped, _) => AuditKind.Election,

        // A warning, but something is done: the primary is to take writes alone; a fence failed, and somebody accepts that; a wait goes on.
        (Step.Surveying, Step.Reading, _) or (Step.Isolating, Step.Promising, true) => AuditKind.Decision,
        (_, Step.Flushing, _) => AuditKind.Act,
        (_, _, true) => AuditKind.Refusal,
        (_, Step.Reading or Step.Isolating or Step.Announcing or Step.Deciding or Step.Reopening, _) => AuditKind.Decision,
        (Step.Reading or Step.Isolating, Step.Leading, _) or (Step.Reading, Step.Promising, _) => AuditKind.Decision,
        _ => AuditKind.Act,
    };
}

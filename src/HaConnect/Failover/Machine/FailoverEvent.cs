using HaConnect.Failover.Detection;
using HaConnect.Failover.Fencing;
using HaConnect.Failover.Promotion;

namespace HaConnect.Failover;

/// <summary>What happened, told to the machine. Answers carry the number of the step that asked, so that a late one is known as such.</summary>
internal abstract record FailoverEvent
{
    private FailoverEvent()
    {
    }

    internal sealed record VerdictChanged(PrimaryVerdict Verdict) : FailoverEvent;

    /// <summary>The step has waited long enough for stragglers, where enough have answered.</summary>
    internal sealed record GraceOver(int StepNumber) : FailoverEvent;

    /// <summary>The step has waited long enough for those without which it cannot go on.</summary>
    internal sealed record TimeOver(int StepNumber) : FailoverEvent;

    internal sealed record LockAnswered(string Node, bool Granted) : FailoverEvent;

    internal sealed record SessionLost(string Node, string Why) : FailoverEvent;

    internal sealed record RecordRead(string Node, int StepNumber, VoterRecord Record) : FailoverEvent;

    internal sealed record PositionRead(string Node, int StepNumber, StandbyPosition Position) : FailoverEvent;

    internal sealed record TermCommitted(string Node, int StepNumber, ulong Lsn) : FailoverEvent;

    internal sealed record Drained(string Node, int StepNumber, IReadOnlyList<string> EndedSessions) : FailoverEvent;

    internal sealed record Sealed(string Node, int StepNumber, ulong Lsn) : FailoverEvent;

    internal sealed record Done(string Node, int StepNumber, string Command) : FailoverEvent;

    internal sealed record Failed(string Node, int StepNumber, string Command, string Why) : FailoverEvent;

    internal sealed record Isolated(int StepNumber, FenceAnswer Answer) : FailoverEvent;

    internal sealed record StopRequested : FailoverEvent;
}

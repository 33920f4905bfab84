using HaConnect.Failover.Fencing;

namespace HaConnect.Failover;

/// <summary>What the machine wants done.</summary>
internal abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Do it in the lock session of the node, after what was asked of that node before.</summary>
    internal sealed record AtNode(string Node, int StepNumber, NodeCommand Command) : Effect;

    /// <summary>Have a node fenced from outside PostgreSQL.</summary>
    internal sealed record Isolate(int StepNumber, FenceOrder Order) : Effect;

    /// <summary>Give back every lock, by closing its session.</summary>
    internal sealed record ReleaseAll : Effect;

    /// <summary>Record what happened and why.</summary>
    internal sealed record Tell(Step Step, long? Term, string? Node, string Sentence, bool IsWarning) : Effect
    {
        internal required AuditKind Kind { get; init; }

        internal string? Before { get; init; }

        internal string? After { get; init; }
    }

    /// <summary>An attempt at a failover begins.</summary>
    internal sealed record FailoverBegan(string Why) : Effect;

    /// <summary>It has ended.</summary>
    internal sealed record FailoverEnded(bool Succeeded) : Effect;
}

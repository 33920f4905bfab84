using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>One thing to do at one node, in the session that holds its lock. One method of <see cref="INodeControl"/> each.</summary>
internal abstract record NodeCommand
{
    private NodeCommand()
    {
    }

    internal string Name => GetType().Name;

    internal sealed record TakeLock : NodeCommand;

    internal sealed record ReadRecord : NodeCommand;

    internal sealed record WriteRegister(Register Register) : NodeCommand;

    internal sealed record CutOff(long Term) : NodeCommand;

    internal sealed record ReadPosition : NodeCommand;

    internal sealed record SetSynchronousNames(string Names, long Term) : NodeCommand;

    internal sealed record Verify(long Term, bool IsCutOff) : NodeCommand;

    internal sealed record Promote(PromotionOrder Order) : NodeCommand;

    internal sealed record Repoint(string Primary, long Term) : NodeCommand;

    internal sealed record CommitTerm(TermRow Row, IReadOnlyList<string> Voters, string Reason) : NodeCommand;

    internal sealed record AwaitFlush(ulong Lsn, IReadOnlyList<string> Standbys, int Required) : NodeCommand;

    internal sealed record MarkEstablished(long Term, ulong Lsn, EndRequest? Ended) : NodeCommand;

    internal sealed record Fence(long Term) : NodeCommand;

    internal sealed record StartRequest(long Id, string Target) : NodeCommand;

    internal sealed record AwaitInstances : NodeCommand;

    internal sealed record AwaitSmallLag(TimeSpan Limit) : NodeCommand;

    internal sealed record Drain(long RequestId, TimeSpan Timeout, bool Terminates) : NodeCommand;

    internal sealed record Seal(long Term, long RequestId) : NodeCommand;

    internal sealed record AwaitReplay(ulong Lsn) : NodeCommand;

    internal sealed record Reopen(Register Register, string Names) : NodeCommand;

    internal sealed record EndRequest(long Id, string Outcome) : NodeCommand;
}

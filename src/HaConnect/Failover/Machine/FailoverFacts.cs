using System.Collections.Immutable;

namespace HaConnect.Failover;

/// <summary>Takes an event into the state's facts; what follows from them, the table says. Pure.</summary>
internal static class FailoverFacts
{
    internal static FailoverState Apply(FailoverState state, FailoverEvent happened) => happened switch
    {
        FailoverEvent.VerdictChanged e => state with { Verdict = e.Verdict },
        FailoverEvent.StopRequested => state with { StopRequested = true },
        FailoverEvent.GraceOver e => e.StepNumber == state.StepNumber ? state with { GraceOver = true } : state,
        FailoverEvent.TimeOver e => e.StepNumber == state.StepNumber ? state with { GraceOver = true, TimeOver = true } : state,
        FailoverEvent.LockAnswered e => Answered(state, e.Node, nameof(NodeCommand.TakeLock)).With(e.Node, v => v with { HoldsLock = e.Granted, Problem = e.Granted ? null : "another coordinator holds its lock" }),
        FailoverEvent.SessionLost e => Forget(state, e.Node, e.Why),
        FailoverEvent.Failed e => e.StepNumber == state.StepNumber ? Answered(state, e.Node, e.Command).With(e.Node, v => v with { Problem = e.Why }) : state,
        FailoverEvent.RecordRead e => e.StepNumber == state.StepNumber ? WithRecord(Answered(state, e.Node, nameof(NodeCommand.ReadRecord)), e.Node, e.Record) : state,
        FailoverEvent.PositionRead e => e.StepNumber == state.StepNumber ? Answered(state, e.Node, nameof(NodeCommand.ReadPosition)).With(e.Node, v => v with { Position = e.Position }) : state,
        FailoverEvent.TermCommitted e => e.StepNumber == state.StepNumber ? Answered(state, e.Node, nameof(NodeCommand.CommitTerm)) with { TermLsn = e.Lsn } : state,
        FailoverEvent.Drained e => e.StepNumber == state.StepNumber ? Answered(state, e.Node, nameof(NodeCommand.Drain)) with { EndedSessions = [.. e.EndedSessions] } : state,
        FailoverEvent.Sealed e => e.StepNumber == state.StepNumber ? Answered(state, e.Node, nameof(NodeCommand.Seal)) with { SealedAt = e.Lsn } : state,
        FailoverEvent.Isolated e => e.StepNumber == state.StepNumber ? state with { Isolation = e.Answer } : state,
        FailoverEvent.Done e => e.StepNumber == state.StepNumber ? Done(Answered(state, e.Node, e.Command), e) : state,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, null),
    };

    private static FailoverState Answered(FailoverState state, string node, string command) => state with { Pending = state.Pending.Remove((node, command)) };

    /// <summary>With the session its lock went, and all that rested on it.</summary>
    private static FailoverState Forget(FailoverState state, string node, string why) =>
        state.With(node, v => new VoterState(v.Voter) { Problem = why }) with { Pending = state.Pending.Where(p => p.Node != node).ToHashSet() is var rest ? [.. rest] : [] };

    private static FailoverState WithRecord(FailoverState state, string node, VoterRecord record)
    {
        state = state.With(node, v => v with { Record = record, Problem = null });
        if (state.Step == Step.Surveying && node == state.Established?.Primary && !record.InRecovery)
            state = state with { Streams = Watch(state, record) };
        if (record.Pauses.Version > state.Pauses.Version || (node == state.Established?.Primary && record is { InRecovery: false, EstablishedTerm: { } own } && own.Term == state.Established.Term))
            state = state with { Pauses = record.Pauses }; // the primary has it right: with asynchronous replication a failover may have lost a row
        if (record.EstablishedTerm is { } row && row.Term > (state.Established?.Term ?? 0))
            state = state with { Established = row, EstablishedIsEverywhere = row.Term > 1 };
        if (state.Established is { } established && !state.EstablishedIsEverywhere)
        {
            var shown = established.SynchronousStandbys.All(s => state.Voters.TryGetValue(s, out var v) && v.Record?.NewestTerm?.Term >= established.Term);
            state = state with { EstablishedIsEverywhere = shown };
        }

        return state;
    }

    private static ImmutableSortedDictionary<string, StreamSeen> Watch(FailoverState state, VoterRecord primary) => state.Settings.DataNodes.ToImmutableSortedDictionary(
        n => n.Name,
        n => state.Streams.GetValueOrDefault(n.Name).Next(primary.Streaming.Contains(n.Name, StringComparer.OrdinalIgnoreCase), primary),
        StringComparer.Ordinal);

    private static FailoverState Done(FailoverState state, FailoverEvent.Done e) => e.Command switch
    {
        nameof(NodeCommand.WriteRegister) => state.With(e.Node, v => state.Step switch
        {
            Step.Promising => v with { Promised = state.Term },
            Step.Deciding => v with { HasDecision = true },
            Step.Accepting => v with { HasAccepted = true },
            _ => v,
        }),
        nameof(NodeCommand.CutOff) => state.With(e.Node, v => v with { IsCutOff = true }),
        nameof(NodeCommand.Verify) => state.With(e.Node, v => v with { IsVerified = true }),
        nameof(NodeCommand.Repoint) => state.With(e.Node, v => v with { IsRepointed = true }),
        nameof(NodeCommand.Fence) => state.With(e.Node, v => v with { IsFenced = true }),
        nameof(NodeCommand.AwaitFlush) => state with { FlushSeen = true },
        nameof(NodeCommand.MarkEstablished) => state with { IsMarked = true },
        _ => state,
    };
}

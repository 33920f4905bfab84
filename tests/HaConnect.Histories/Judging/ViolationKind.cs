namespace HaConnect.Histories;

internal enum ViolationKind
{
    /// <summary>The history contradicts its own format or lacks what a judgement needs: nothing that follows from it can be believed.</summary>
    Malformed,

    /// <summary>An acked write is not on the primary in the end.</summary>
    LostWrite,

    /// <summary>A row is there twice.</summary>
    AppliedTwice,

    /// <summary>A row, seen by a read or there in the end, that no client wrote.</summary>
    Phantom,

    /// <summary>A row, seen by a read or there in the end, of a write that was reported to have had no effect.</summary>
    FailedButApplied,

    /// <summary>After one primary had acked, another one, whose acks had begun before, acked what was sent only then.</summary>
    TwoPrimariesAck,

    /// <summary>A read did not see what had been acked longer ago than its bound.</summary>
    StaleRead,

    /// <summary>Transfers were applied in part, or twice.</summary>
    BrokenBalance,

    /// <summary>A standby holds other rows than the primary in the end.</summary>
    NodesDiffer,
}

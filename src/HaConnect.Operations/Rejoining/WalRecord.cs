using System.Runtime.InteropServices;

namespace HaConnect.Operations.Rejoining;

/// <summary>A record of the WAL. Sources: PostgreSQL's rmgrlist.h, xact.h, standbydefs.h and pg_control.h.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WalRecord(ulong Position, byte Manager, byte Info)
{
    private const byte Xlog = 0;
    private const byte Transaction = 1;
    private const byte Standby = 8;

    /// <summary>The transaction that wrote it, its lower 32 bits; 0 for none.</summary>
    internal uint TransactionId { get; init; }

    /// <summary>When a commit was made, as the server's clock had it; null for other records.</summary>
    internal DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Of a look at the running transactions: every one with an id before this one had ended, and its end is in the WAL before this record. Null for other records.</summary>
    internal uint? OldestRunning { get; init; }

    internal bool IsSwitch => Manager == Xlog && (Info & 0xF0) == 0x40;

    /// <summary>An end of recovery, at which a timeline begins; it has the time of day in microseconds.</summary>
    internal bool IsEndOfRecovery => Manager == Xlog && (Info & 0xF0) == 0x90;

    /// <summary>A commit, of a prepared transaction too.</summary>
    internal bool IsCommit => Manager == Transaction && (Info & 0x70) is 0x00 or 0x30;

    /// <summary>The end of the transaction that wrote it: a commit or an abort, not of a prepared one.</summary>
    internal bool IsEnd => Manager == Transaction && (Info & 0x70) is 0x00 or 0x20;

    /// <summary>Which transactions run, as a server writes it down at each checkpoint, and every 15 s where something was written.</summary>
    internal bool IsRunningTransactions => Manager == Standby && (Info & 0xF0) == 0x10;

    /// <summary>A transaction was prepared, or one that had been was rolled back: what somebody was told of as well.</summary>
    internal bool IsPrepare => Manager == Transaction && (Info & 0x70) is 0x10 or 0x40;

    /// <summary>Whether it has the time of day, so that no other server has written the same.</summary>
    internal bool HasTime => IsEndOfRecovery || (Manager == Transaction && (Info & 0x70) is 0x00 or 0x20 or 0x30 or 0x40);
}

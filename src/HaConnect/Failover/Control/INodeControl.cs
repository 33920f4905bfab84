using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>
/// One voter, in the one session that holds its lock: once the server drops that session, no statement of it can run. Each member is
/// one command of the machine. A lost session throws <see cref="LockSessionLostException"/>; a condition that does not hold throws
/// <see cref="CommandRefusedException"/>.
/// </summary>
internal interface INodeControl : IAsyncDisposable
{
    /// <summary>Opens the session and asks for the lock, without waiting for it.</summary>
    Task<bool> TakeLockAsync(CancellationToken cancellationToken);

    /// <summary>Closes the session, which frees the lock.</summary>
    Task CloseAsync();

    /// <summary>Renews the lease.</summary>
    Task RenewAsync(CancellationToken cancellationToken);

    Task<VoterRecord> ReadRecordAsync(CancellationToken cancellationToken);

    /// <summary>Writes the register, unless one of a later term is there, and reads it back.</summary>
    Task WriteRegisterAsync(Register register, CancellationToken cancellationToken);

    /// <summary>Returns when the WAL receiver is gone and cannot come back.</summary>
    Task CutOffAsync(long term, CancellationToken cancellationToken);

    /// <summary>Returns when all WAL that the standby has is replayed.</summary>
    Task<StandbyPosition> ReadPositionAsync(CancellationToken cancellationToken);

    Task SetSynchronousNamesAsync(string names, long term, CancellationToken cancellationToken);

    /// <summary>The promise still stands, and whoever was cut off still is.</summary>
    Task VerifyAsync(long term, bool isCutOff, CancellationToken cancellationToken);

    /// <summary>Promotes if everything in the order still holds, in one statement; returns when the node is out of recovery.</summary>
    Task PromoteAsync(PromotionOrder order, CancellationToken cancellationToken);

    Task RepointAsync(string primary, long term, CancellationToken cancellationToken);

    /// <summary>Commits the row locally and returns a position behind it, flushed here.</summary>
    Task<ulong> CommitTermAsync(TermRow row, IReadOnlyList<string> voters, string reason, CancellationToken cancellationToken);

    Task AwaitFlushAsync(ulong lsn, IReadOnlyList<string> standbys, int required, CancellationToken cancellationToken);

    /// <summary>Where a request ends with the term, that is on record with it, unless somebody keeps its row from being changed.</summary>
    Task MarkEstablishedAsync(long term, ulong lsn, NodeCommand.EndRequest? ended, CancellationToken cancellationToken);

    /// <summary>
    /// An old primary refuses writes, and its commits wait for a name that nobody bears, across restarts too; its clients' sessions are ended,
    /// never cancelled. Who sets <c>default_transaction_read_only</c> or <c>synchronous_commit</c> for itself passes it.
    /// </summary>
    /// <param name="term">The term in force; a node that knows of it, or of a later one, is refused.</param>
    /// <param name="cancellationToken">Ends the wait for its sessions to end.</param>
    Task FenceAsync(long term, CancellationToken cancellationToken);

    /// <summary>Marks a switchover as being tried, with its target; refused where it has been before.</summary>
    Task StartRequestAsync(long id, string target, CancellationToken cancellationToken);

    /// <summary>
    /// Returns when every instance that keeps a probing session here, and probed within the last ten seconds, has begun a probe since, and the
    /// checkpointer waits for work: while it syncs files no names come into force, and later writes would be held for as long.
    /// </summary>
    Task AwaitInstancesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns when every instance that probed within the last ten seconds has said that it holds its writes and has none under way, no
    /// transaction is open, and this session has loaded that writes are refused (another may do so a moment later). Refused, naming who is left, after its time-out, unless
    /// their sessions are to be ended then; returns whose were.
    /// </summary>
    Task<IReadOnlyList<string>> DrainAsync(NodeCommand.Drain order, CancellationToken cancellationToken);

    /// <summary>
    /// Puts names that nobody bears in force and returns a position behind all that was written until then, and so behind all that is ever
    /// acked here.
    /// </summary>
    Task<ulong> SealAsync(long term, long requestId, CancellationToken cancellationToken);

    /// <summary>Returns when this standby has replayed within the limit what it had received.</summary>
    Task AwaitSmallLagAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Returns when this standby has replayed up to a position.</summary>
    Task AwaitReplayAsync(ulong lsn, CancellationToken cancellationToken);

    /// <summary>Takes back what drained and sealed it, and then the register that says so.</summary>
    Task ReopenAsync(Register register, string names, CancellationToken cancellationToken);

    /// <summary>Says what has become of a switchover; that it succeeded only where this node was its target.</summary>
    Task EndRequestAsync(long id, string outcome, CancellationToken cancellationToken);

    Task SaveAuditAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken);
}

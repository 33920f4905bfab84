using System.Collections.Frozen;

namespace HaConnect.Probing;

/// <summary>What one probe read from a server, all in one statement. Null means: the probing user may not see it.</summary>
internal sealed record ServerState
{
    internal required bool InRecovery { get; init; }
    internal required ulong SystemIdentifier { get; init; }
    internal required DateTime StartTime { get; init; }
    internal required int VersionNumber { get; init; }

    /// <summary>On a primary: the timeline of the insert position. On a standby: the one it receives, else that of its control file.</summary>
    internal int? Timeline { get; init; }

    /// <summary><c>pg_current_wal_insert_lsn()</c>; primaries only.</summary>
    internal ulong? InsertLsn { get; init; }
    internal ulong? ReceiveLsn { get; init; }
    internal ulong? ReplayLsn { get; init; }
    internal uint BlockSize { get; init; } = 8192;
    internal ulong SegmentSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether replication details are visible (pg_read_all_stats, part of pg_monitor).</summary>
    internal bool SeesStatistics { get; init; }

    /// <summary>Whether a WAL receiver process exists.</summary>
    internal bool HasReceiver { get; init; }
    internal string? ReceiverStatus { get; init; }
    internal string? Upstream { get; init; }

    /// <summary>By the standby's own clock.</summary>
    internal TimeSpan? LastMessageAge { get; init; }
    internal TimeSpan WalReceiverTimeout { get; init; }
    internal string SynchronousStandbyNames { get; init; } = "";
    internal IReadOnlyList<SenderState> Senders
    {
        get;
        init
        {
            field = value;
            SynchronousSenders = value.Count == 0 ? FrozenSet<string>.Empty : value.Where(s => s.IsSynchronous).Select(s => s.ApplicationName).ToHashSet(StringComparer.Ordinal);
        }
    } = [];

    /// <summary>The names of the synchronous ones among them, to be asked for each node of each snapshot.</summary>
    internal IReadOnlySet<string> SynchronousSenders { get; private init; } = FrozenSet<string>.Empty;

    /// <summary>The coordinator's record in <c>postgresql.auto.conf</c>; null where there is none or it cannot be read.</summary>
    internal Failover.Register? Register { get; init; }
    internal bool SeesRegister { get; init; }

    /// <summary>The same as last loaded, which any user may see: it may be an old one, but a switchover is told by it.</summary>
    internal Failover.Register? LoadedRegister { get; init; }

    /// <summary>The newest row of <c>haconnect.term</c> that is marked established, and the newest of all.</summary>
    internal TermRow? EstablishedTerm { get; init; }
    internal TermRow? NewestTerm { get; init; }
    internal bool SeesTerms { get; init; }
    internal bool SeesPauses { get; init; }

    /// <summary>The names of the nodes that are under maintenance; none where they cannot be seen.</summary>
    internal IReadOnlyList<string> Maintained { get; init; } = [];

    /// <summary>Failover is paused; false where that cannot be seen.</summary>
    internal bool IsPaused { get; init; }

    /// <summary>Whether a coordinator's advisory lock is held on this server.</summary>
    internal bool CoordinatorLockHeld { get; init; }

    /// <summary>
    /// A standby that streams, or has since its server was started: streaming is asked for from the start of a segment, and the received
    /// position stands there until something comes (source: PostgreSQL's walreceiverfuncs.c, RequestXLogStreaming).
    /// </summary>
    internal bool HasStreamed => InRecovery && (ReceiverStatus == "streaming" || (ReceiveLsn is { } lsn && lsn % SegmentSize != 0));

    /// <summary>PostgreSQL gives its start time to the microsecond: no other server of the cluster has the same.</summary>
    internal bool IsSameProcessAs(ServerState other) => StartTime == other.StartTime && SystemIdentifier == other.SystemIdentifier;

    /// <summary>The probing sessions there; null where nobody counted.</summary>
    internal ProbeCrowd? Crowd { get; init; }

    /// <summary>A standby that receives and heard from its upstream within <c>wal_receiver_timeout</c>; null when it cannot be seen.</summary>
    internal bool? HearsUpstream
    {
        get
        {
            if (!InRecovery || !HasReceiver)
                return false;
            if (ReceiverStatus is null)
                return null;

            // A receiver that is only starting has heard nothing: it may be knocking at a frozen server.
            if (ReceiverStatus != "streaming")
                return false;
            return LastMessageAge is { } age ? WalReceiverTimeout == TimeSpan.Zero || age < WalReceiverTimeout : null;
        }
    }
}

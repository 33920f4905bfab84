using HaConnect.Failover.Manual;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>What a voter has on record, read in its lock session.</summary>
internal sealed record VoterRecord
{
    internal required bool InRecovery { get; init; }
    internal required ulong SystemIdentifier { get; init; }

    /// <summary>Null where it has none, or where it holds another node's (a clone's).</summary>
    internal Register? Register { get; init; }
    internal TermRow? NewestTerm { get; init; }
    internal TermRow? EstablishedTerm { get; init; }
    internal IReadOnlyList<string>? StoredVoters { get; init; }
    internal string? StoredControlDatabase { get; init; }
    internal SynchronousNames? SynchronousNames { get; init; }
    internal string SynchronousNamesText { get; init; } = "";

    /// <summary><c>default_transaction_read_only</c> is on in its files.</summary>
    internal bool RefusesWrites { get; init; }

    /// <summary>What it has loaded tells every instance of a switchover, whatever its files say.</summary>
    internal bool IsTold { get; init; }

    /// <summary>The newest switchover that was asked for there and not tried yet.</summary>
    internal SwitchoverRequest? Request { get; init; }

    /// <summary>The names of whoever streams from it and is almost as far.</summary>
    internal IReadOnlyList<string> Streaming { get; init; } = [];

    /// <summary>The names of whoever streams from it, however far behind.</summary>
    internal IReadOnlyList<string> Receiving { get; init; } = [];

    /// <summary>A failover that somebody waits for in a session of the control user there.</summary>
    internal ManualFailover? Manual { get; init; }

    internal Pauses Pauses { get; init; } = Pauses.None;

    /// <summary><c>primary_conninfo</c> as loaded.</summary>
    internal string PrimaryConninfo { get; init; } = "";
    internal string RestoreCommand { get; init; } = "";

    /// <summary>The server's own clock when this was read; <see cref="Failovers"/> are compared with it.</summary>
    internal DateTime Clock { get; init; }

    /// <summary>When a failover changed the primary, the newest first, each by the clock of the server that became primary.</summary>
    internal IReadOnlyList<DateTime> Failovers { get; init; } = [];

    /// <summary>As <c>server_version_num</c> has it.</summary>
    internal int VersionNumber { get; init; }

    /// <summary>Marks of other managers that may act on this server, each with where it was seen.</summary>
    internal IReadOnlyList<string> OtherManagers { get; init; } = [];

    /// <summary>After how long of silence a standby takes its stream for lost; zero is never.</summary>
    internal TimeSpan WalReceiverTimeout { get; init; }

    /// <summary>What the control user lacks, each as the statement that mends it.</summary>
    internal IReadOnlyList<string> MissingPrivileges { get; init; } = [];

    /// <summary>Settings under which an ack would prove nothing.</summary>
    internal IReadOnlyList<string> UnsafeSettings { get; init; } = [];
}

namespace HaConnect.Doctor;

/// <summary>What any user may read on a data node, all in one statement.</summary>
internal sealed record ServerReading
{
    internal required bool InRecovery { get; init; }
    internal required ulong SystemIdentifier { get; init; }

    /// <summary>As <c>server_version_num</c> has it.</summary>
    internal required int VersionNumber { get; init; }

    /// <summary>Who has read, quoted as SQL demands.</summary>
    internal required string User { get; init; }

    /// <summary>Whether <c>pg_rewind</c> could be used on it: data checksums or <c>wal_log_hints</c>.</summary>
    internal bool CanBeRewound { get; init; } = true;
    internal bool HotStandby { get; init; } = true;

    /// <summary>The settings that a standby must not have lower than its primary, in the order of <see cref="DoctorSql.Limits"/>.</summary>
    internal IReadOnlyList<int> Limits { get; init; } = [];

    /// <summary>Megabytes; null before PostgreSQL 13.</summary>
    internal int? WalKeepSize { get; init; }
    internal TimeSpan WalReceiverTimeout { get; init; }
    internal string SynchronousNamesText { get; init; } = "";

    /// <summary>Server-wide settings under which an ack would prove nothing, as far as any user may see them.</summary>
    internal IReadOnlyList<string> UnsafeSettings { get; init; } = [];

    /// <summary>Roles and databases whose sessions do not wait until a standby has flushed, and the statements that mend it.</summary>
    internal IReadOnlyList<(string What, string Statement)> CommitOverrides { get; init; } = [];

    /// <summary>Whether <see cref="Senders"/> can be seen.</summary>
    internal bool SeesStatistics { get; init; }

    /// <summary>The application names of all connections that replicate from it, and whether each streams.</summary>
    internal IReadOnlyList<(string Name, bool IsStreaming)> Senders { get; init; } = [];
}

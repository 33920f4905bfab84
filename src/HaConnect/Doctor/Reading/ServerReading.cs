using System.Data.Common;
using System.Globalization;

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

    internal static ServerReading From(DbDataReader row) => new()
    {
        InRecovery = row.GetBoolean(0),
        SystemIdentifier = ulong.Parse(row.GetString(1), CultureInfo.InvariantCulture),
        VersionNumber = row.GetInt32(2),
        User = row.GetString(3),
        CanBeRewound = row.GetBoolean(4),
        HotStandby = row.GetBoolean(5),
        Limits = row.GetFieldValue<int[]>(6),
        WalKeepSize = row.IsDBNull(7) ? null : row.GetInt32(7),
        WalReceiverTimeout = TimeSpan.FromSeconds(row.GetDouble(8)),
        SynchronousNamesText = row.GetString(9),
        UnsafeSettings = row.GetFieldValue<string[]>(10),
        CommitOverrides = [.. row.GetFieldValue<string[]>(11).Zip(row.GetFieldValue<string[]>(12))],
        SeesStatistics = row.GetBoolean(13),
        Senders = [.. row.GetFieldValue<string[]>(14).Zip(row.GetFieldValue<bool[]>(15))],
    };
}

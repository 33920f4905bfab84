namespace HaConnect.Operations;

/// <summary>A base backup that was found.</summary>
/// <param name="Name">By which it is chosen.</param>
/// <param name="Kind">full, incremental or differential.</param>
/// <param name="Form">plain, tar, pgBackRest or Barman.</param>
/// <param name="IsUsable">Whether it can be restored, as far as is seen without doing it: it is whole by its own account, and the WAL that makes it consistent is there.</param>
public sealed record BackupInfo(string Name, string Kind, string Form, bool IsUsable)
{
    /// <summary>When it was complete; null where that cannot be told.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Bytes that it takes when it is restored; null where that cannot be told.</summary>
    public long? Size { get; init; }

    /// <summary>Its timeline.</summary>
    public int Timeline { get; init; }

    /// <summary>From which LSN on it needs WAL.</summary>
    public string? StartLsn { get; init; }

    /// <summary>Up to which LSN WAL is there without a gap; null where no archive was looked at.</summary>
    public string? RecoverableTo { get; init; }

    /// <summary>Why it cannot be used; null where nothing speaks against it.</summary>
    public string? Problem { get; init; }
}

namespace HaConnect.Operations.Backups;

/// <summary>A file of an archive of WAL.</summary>
/// <param name="Name">As PostgreSQL names it.</param>
/// <param name="Suffix">What the archive has appended, for instance <c>.gz</c>; empty where it is the file as the server had it.</param>
/// <param name="Size">Bytes, as it lies there.</param>
/// <param name="Written">When it was.</param>
/// <param name="Path">Where it is, in the words of the archive.</param>
internal sealed record ArchivedFile(string Name, string Suffix, long Size, DateTimeOffset Written, string Path)
{
    internal bool IsSegment => Name.Length == WalFileName.SegmentLength;

    internal bool IsHistory => Name.EndsWith(WalFileName.History, StringComparison.Ordinal);

    internal bool IsPartial => Name.EndsWith(WalFileName.Partial, StringComparison.Ordinal);

    internal bool IsBackupLabel => Name.EndsWith(WalFileName.Backup, StringComparison.Ordinal);

    internal int Timeline => WalFileName.TimelineOf(Name);
}

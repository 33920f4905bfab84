namespace HaConnect.Operations.Backups;

/// <summary>A point to which a copy is recovered; one of its members is set, or none for the end of the backup.</summary>
internal sealed record DrillTarget
{
    internal DateTimeOffset? Time { get; init; }

    internal ulong? Lsn { get; init; }

    internal string? Name { get; init; }

    /// <summary>The commit at <see cref="Lsn"/>; null where that was given.</summary>
    internal DateTimeOffset? CommitAtLsn { get; init; }

    /// <summary>Null where none is given.</summary>
    internal static DrillTarget? Of(BackupDrillOptions options) => options switch
    {
        { TargetTime: { } time } => new() { Time = time },
        { TargetLsn: { } lsn } => new() { Lsn = BaseBackup.LsnOf(lsn) },
        { TargetName: { } name } => new() { Name = name },
        _ => null,
    };

    /// <summary>As a server's setting.</summary>
    internal (string Name, string Value) Setting => this switch
    {
        { Time: { } time } => ("recovery_target_time", time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", System.Globalization.CultureInfo.InvariantCulture)),
        { Lsn: { } lsn } => ("recovery_target_lsn", Text(lsn)),
        { Name: { } name } => ("recovery_target_name", name),
        _ => ("recovery_target", "immediate"),
    };

    public override string ToString() => this switch
    {
        { Time: { } time } => Words.Of(time),
        { CommitAtLsn: { } at, Lsn: { } lsn } => $"the newest commit in the archive, of {Words.Of(at)} at {Text(lsn)}",
        { Lsn: { } lsn } => $"LSN {Text(lsn)}",
        { Name: { } name } => $"the restore point {name}",
        _ => "the end of the backup",
    };

    private static string Text(ulong lsn) => new NpgsqlTypes.NpgsqlLogSequenceNumber(lsn).ToString();
}

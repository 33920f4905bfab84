namespace HaConnect.Operations;

/// <summary>Something that a check or a drill of backups found.</summary>
/// <param name="State">How bad it is.</param>
/// <param name="Subject">What it is about: a backup's name, a file of WAL, or a word such as <c>archive</c>, <c>retention</c>, <c>recovery point</c>.</param>
/// <param name="Problem">What is wrong, as a sentence for people.</param>
public sealed record BackupFinding(CheckState State, string Subject, string Problem)
{
    /// <summary>Subject and problem.</summary>
    public override string ToString() => $"{Subject}: {Problem}";
}

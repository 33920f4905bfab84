using System.Text.Json;
using System.Text.Json.Serialization;
using HaConnect.Operations.Backups;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations;

/// <summary>What a restore of a backup came to.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="At">When it began, by this host's clock.</param>
/// <param name="Repository">From where, for people.</param>
/// <param name="Target">To which point, for people.</param>
/// <param name="Findings">What was found wrong, the worst first.</param>
/// <param name="Phases">In their order.</param>
/// <param name="Notes">What could not be told, or was not looked at.</param>
public sealed record BackupDrillReport(string Cluster, DateTimeOffset At, string Repository, string Target, IReadOnlyList<BackupFinding> Findings, IReadOnlyList<BackupDrillPhase> Phases, IReadOnlyList<string> Notes)
{
    /// <summary>Rises where a member is removed, or means something else.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Whether the copy was recovered to the target, that is proven, all of it could be read, and the time was kept.</summary>
    public bool Passed => IsProven && Findings.All(f => f.State != CheckState.Critical);

    /// <summary>The backup that was restored; null where it did not come to that.</summary>
    public string? Backup { get; init; }

    /// <summary>Whether it is proven that the copy is as of the target.</summary>
    public bool IsProven { get; init; }

    /// <summary>How that is proven, or why not; null where no copy came up.</summary>
    public string? Proof { get; init; }

    /// <summary>The newest commit in the copy, by the clock of its server; null where none was replayed.</summary>
    public DateTimeOffset? LastCommit { get; init; }

    /// <summary>The commit before which recovery stopped; null where it stopped at something else.</summary>
    public DateTimeOffset? NextCommit { get; init; }

    /// <summary>Up to where WAL was replayed.</summary>
    public string? Lsn { get; init; }

    /// <summary>Marks that were committed before the target, and are there; after it, and are not; null where none were written.</summary>
    public int? MarksBefore { get; init; }

    /// <summary>Marks that were committed after the target, and are not there.</summary>
    public int? MarksAfter { get; init; }

    /// <summary>From the begin of the copying to a server that answers as of the target, without the time of the verification; null where it did not come to that.</summary>
    public TimeSpan? RestoreTime { get; init; }

    /// <summary>What was demanded of it; null for nothing.</summary>
    public TimeSpan? RestoreTimeTarget { get; init; }

    /// <summary>Tables that were read through.</summary>
    public int Tables { get; init; }

    /// <summary>Their rows.</summary>
    public long Rows { get; init; }

    /// <summary>How its rows compare to the primary's, as of the copy; null where they were not compared. Not in the JSON: it writes its own.</summary>
    [JsonIgnore]
    public VerificationReport? Verification { get; init; }

    /// <summary>Rows that were compared, without those that were changed since or could not be judged; how many of them differ, and how many were changed since; null where none were compared.</summary>
    public long? ComparedRows => Verification?.Rows - Verification?.ChangedSince - Verification?.UnjudgedRows;

    /// <summary>See <see cref="ComparedRows"/>.</summary>
    public long? DifferentRows => Verification?.DifferentRows;

    /// <summary>See <see cref="ComparedRows"/>.</summary>
    public long? ChangedSince => Verification?.ChangedSince;

    /// <summary>What happened, in a sentence.</summary>
    public string Verdict => DrillReportText.Verdict(this);

    /// <summary>For the audit trail and the history of drills.</summary>
    public DrillOutcome ToOutcome() => new(DrillKind.Restore, At, Cluster, Passed, Verdict) { Recovery = RestoreTime, RecoveryTarget = RestoreTimeTarget, VerifiedRate = Verification?.Rate };

    /// <summary>As one JSON object, with <see cref="SchemaVersion"/>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BackupJson.Readable.BackupDrillReport);

    /// <summary>As a page that loads nothing else.</summary>
    public string ToHtml() => HtmlReport.Write(DrillReportText.Write(this));

    /// <summary>As Markdown.</summary>
    public string ToMarkdown() => MarkdownReport.Write(DrillReportText.Write(this));
}

using System.Globalization;
using System.Text.Json;
using HaConnect.Operations.Backups;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations;

/// <summary>What a check of backups found.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="At">When, by the primary's clock where it was asked, else by this host's.</param>
/// <param name="Repository">Where was looked, for people.</param>
/// <param name="State">The worst of the findings; Ok where there is none.</param>
/// <param name="Findings">The worst first.</param>
/// <param name="Backups">The oldest first.</param>
/// <param name="Notes">What the check could not tell, or did not look at, as sentences.</param>
public sealed record BackupCheckReport(string Cluster, DateTimeOffset At, string Repository, CheckState State, IReadOnlyList<BackupFinding> Findings, IReadOnlyList<BackupInfo> Backups, IReadOnlyList<string> Notes)
{
    /// <summary>Rises where a member is removed, or means something else.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The newest backup that can be restored; null for none.</summary>
    public BackupInfo? Newest => Backups.LastOrDefault(b => b.IsUsable);

    /// <summary>Its age; null where there is none, or its end cannot be told.</summary>
    public TimeSpan? Age => At - Newest?.FinishedAt;

    /// <summary>When the newest commit that can be restored was made, by the clock of its server; null where none was found.</summary>
    public DateTimeOffset? RecoveryPoint { get; init; }

    /// <summary>
    /// How old that is: at most so much of what was committed would be lost with the primary and all standbys. Zero where all that has ended at the primary is proven to be in the archive, by
    /// the ids of transactions; null where it cannot be told.
    /// </summary>
    public TimeSpan? RecoveryPointAge { get; init; }

    /// <summary>Bytes of WAL that the primary has written behind what can be restored; null where it was not asked.</summary>
    public long? WalAtRisk { get; init; }

    /// <summary>How many segments are missing between segments that are there, from the oldest usable backup on.</summary>
    public long MissingSegments { get; init; }

    /// <summary>In how many rows.</summary>
    public int Gaps { get; init; }

    /// <summary>How it stands, in a sentence.</summary>
    public string Verdict => Findings.Count > 0
        ? $"{Findings[0]}{(Findings.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {Findings.Count - 1} more)") : "")}"
        : $"{Newest?.Name} is {(Age is { } age ? $"{Words.Of(age)} old" : "of unknown age")}{(RecoveryPointAge is { } point ? $"; {CheckReportText.Sentence(this, point)}" : "")}";

    /// <summary>As the line of a Nagios plug-in, with ages and sizes as performance data.</summary>
    public CheckResult ToCheckResult() => new("backup", State, Verdict,
        [new("age", Age?.TotalSeconds, "s"), new("recovery point", RecoveryPointAge?.TotalSeconds, "s"), new("wal at risk", WalAtRisk, "B"), new("missing segments", MissingSegments)]);

    /// <summary>As one JSON object, with <see cref="SchemaVersion"/>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BackupJson.Readable.BackupCheckReport);

    /// <summary>As a page that loads nothing else.</summary>
    public string ToHtml() => HtmlReport.Write(CheckReportText.Write(this));

    /// <summary>As Markdown.</summary>
    public string ToMarkdown() => MarkdownReport.Write(CheckReportText.Write(this));
}

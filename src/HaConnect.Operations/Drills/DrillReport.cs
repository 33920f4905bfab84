using HaConnect.Operations.Drills.Reporting;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations;

/// <summary>What a drill came to, with all that was measured.</summary>
public sealed class DrillReport
{
    internal DrillReport(DrillFindings findings) => Findings = findings;

    /// <summary>Whether every target was met, nothing failed, and the cluster is as it was.</summary>
    public bool Passed => Findings.Passed;

    /// <summary>Why it has not passed, as sentences for people; empty where it has.</summary>
    public IReadOnlyList<string> Problems => Findings.Problems;

    /// <summary>The same in short, as it is kept in the audit trail.</summary>
    public DrillOutcome Outcome => new(Findings.Kind, Findings.At, Findings.Cluster, Findings.Passed, DrillVerdict.Sentence(Findings))
    {
        IsLocal = Findings.IsLocal,
        Fault = Findings.Fault,
        Node = Findings.Kind == DrillKind.Switchover ? Findings.NewPrimary : Findings.FirstPrimary,
        Detection = Seconds(Findings.DetectionSeconds),
        Recovery = Seconds(Findings.RecoverySeconds),
        RecoveryTarget = Seconds(Findings.RecoveryTargetSeconds),
        WriteGap = Seconds(Findings.LongestWriteGapSeconds),
        AckedWrites = Findings.AckedWrites,
        LostWrites = Findings.LostWrites,
        VerifiedRate = Findings.Integrity?.Rate,
    };

    internal DrillFindings Findings { get; }

    /// <summary>As one JSON object, with a <c>schemaVersion</c>.</summary>
    public string ToJson() => DrillReportJson.Write(Findings);

    /// <summary>As Markdown.</summary>
    public string ToMarkdown() => MarkdownReport.Write(DrillDocument.Of(Findings));

    /// <summary>As one HTML page that loads nothing and runs nothing, with a chart of the write gap.</summary>
    public string ToHtml() => HtmlReport.Write(DrillDocument.Of(Findings));

    private static TimeSpan? Seconds(double? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}

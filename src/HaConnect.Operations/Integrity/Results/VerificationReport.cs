using HaConnect.Operations.Integrity;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations;

/// <summary>What was compared, and what differs.</summary>
public sealed class VerificationReport
{
    internal VerificationReport(string left, string right, string relation, DateTimeOffset startedAt, TimeSpan took, double goal, IReadOnlyList<VerifiedTable> tables, IReadOnlyList<VerificationNote> notes) =>
        (Left, Right, Relation, StartedAt, Took, Goal, Tables, Notes) = (left, right, relation, startedAt, took, goal, tables, notes);

    /// <summary>The left side's name.</summary>
    public string Left { get; }

    /// <summary>The right side's name.</summary>
    public string Right { get; }

    /// <summary>How the two belong together, and how it was told what is only late, for people.</summary>
    public string Relation { get; }

    /// <summary>When this run began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; }

    /// <summary>The share of rows that had to be verified as equal.</summary>
    public double Goal { get; }

    /// <summary>The tables, in the order in which they were compared.</summary>
    public IReadOnlyList<VerifiedTable> Tables { get; }

    /// <summary>What else is to be known.</summary>
    public IReadOnlyList<VerificationNote> Notes { get; }

    /// <summary>Whether null means NULL, or not shown.</summary>
    internal bool ShowsValues { get; init; } = true;

    /// <summary>How many rows there are.</summary>
    public long Rows => Tables.Sum(t => t.Rows);

    /// <summary>How many of them differ.</summary>
    public long DifferentRows => Tables.Sum(t => t.DifferentRows);

    /// <summary>How many could not be judged: they changed at each look, or one side did not follow in time.</summary>
    public long UnjudgedRows => Tables.Sum(t => t.InFlux + t.Unjudged);

    /// <summary>How many were changed or removed at the left since the copy, and are not judged (<see cref="VerificationOptions.AsOf"/>).</summary>
    public long ChangedSince => Tables.Sum(t => t.ChangedSince);

    /// <summary>The share of the rows that were verified as equal, 0 to 1; 1 where there is none. Those that could not be judged do not count as equal, those of <see cref="ChangedSince"/> do not count at all.</summary>
    public double Rate => VerificationRules.Rate(Rows - ChangedSince, DifferentRows + UnjudgedRows);

    /// <summary>Whether nothing differs, and all could be verified.</summary>
    public bool IsEqual => DifferentRows == 0 && UnjudgedRows == 0 && Notes.All(n => n.Kind == VerificationNoteKind.Note);

    /// <summary>Whether the verdict is <see cref="VerificationVerdict.Met"/>.</summary>
    public bool MeetsGoal => Verdict == VerificationVerdict.Met;

    /// <summary>What came out.</summary>
    public VerificationVerdict Verdict => VerificationRules.Verdict(this);

    /// <summary>One object, with a <c>schemaVersion</c>.</summary>
    public string ToJson() => VerificationJson.Write(this);

    /// <summary>A page that needs nothing else, in UTF-8.</summary>
    public string ToHtml() => HtmlReport.Write(VerificationDocument.Of(this));

    /// <summary>The same as text.</summary>
    public string ToMarkdown() => MarkdownReport.Write(VerificationDocument.Of(this));

    /// <summary>One sentence for people.</summary>
    public override string ToString() => VerificationRules.Sentence(this);
}

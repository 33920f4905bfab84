namespace HaConnect.Operations.Integrity;

/// <summary>A report as it is written as JSON.</summary>
internal sealed record ReportJson(
    int SchemaVersion, string Left, string Right, string Relation, DateTimeOffset StartedAt, double Seconds, VerificationVerdict Verdict, double Rate, double Goal, long Rows, long DifferentRows, long UnjudgedRows, long ChangedSince,
    string Sentence, IReadOnlyList<TableJson> Tables, IReadOnlyList<VerificationNote> Notes)
{
    internal static ReportJson Of(VerificationReport r) => new(
        VerificationJson.SchemaVersion, r.Left, r.Right, r.Relation, r.StartedAt, r.Took.TotalSeconds, r.Verdict, r.Rate, r.Goal, r.Rows, r.DifferentRows, r.UnjudgedRows, r.ChangedSince, r.ToString(), [.. r.Tables.Select(TableJson.Of)], r.Notes);
}

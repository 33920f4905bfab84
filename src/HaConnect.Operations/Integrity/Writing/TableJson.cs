namespace HaConnect.Operations.Integrity;

/// <summary>A table of a report as it is written as JSON.</summary>
internal sealed record TableJson(
    string Name, string Method, long Rows, long DifferentRows, long InFlux, long Unjudged, long ChangedSince, long TakenOver, double Seconds, IReadOnlyList<RowDifference> Shown)
{
    internal static TableJson Of(VerifiedTable t) => new(t.Name, t.Method, t.Rows, t.DifferentRows, t.InFlux, t.Unjudged, t.ChangedSince, t.TakenOver, t.Took.TotalSeconds, t.Shown);
}

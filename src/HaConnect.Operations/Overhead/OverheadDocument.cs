namespace HaConnect.Operations;

/// <summary>The report as it is written as JSON.</summary>
internal sealed record OverheadDocument(bool Passed, IReadOnlyList<OverheadMeasurement> Measurements, IReadOnlyList<OverheadCheck> Checks);

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Something that the figures depend on.</summary>
internal sealed record DrillFact(string Name, string Value);

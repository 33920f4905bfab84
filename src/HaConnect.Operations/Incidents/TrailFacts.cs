namespace HaConnect.Operations.Incidents;

/// <summary>What a report rests on.</summary>
/// <param name="Source">The folder, or the table.</param>
/// <param name="IsIntact">Whether it was verified as whole; null where it was not verified.</param>
/// <param name="Verification">What that found.</param>
internal sealed record TrailFacts(string Source, bool? IsIntact, string Verification);

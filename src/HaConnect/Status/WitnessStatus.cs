namespace HaConnect.Status;

/// <summary>A voter without data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sight">seen, missing or unknown.</param>
internal sealed record WitnessStatus(string Name, string Sight);

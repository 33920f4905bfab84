namespace HaConnect.AspNetCore.Page.View;

/// <summary>A voter without data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sight">seen, missing or unknown.</param>
internal sealed record WitnessView(string Name, string Sight);

namespace HaConnect.Operations.Planning;

/// <summary>A server setting.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">As <c>SHOW</c> has it, so that the two can be compared.</param>
/// <param name="Why">What it is for.</param>
internal sealed record PlannedSetting(string Name, string Value, string Why);

namespace HaConnect.Status;

/// <summary>Who coordinates, as far as this instance knows.</summary>
/// <param name="Mode">This instance's: observe or coordinate.</param>
/// <param name="IsThisInstance">It holds the office.</param>
/// <param name="Sentence">In words.</param>
internal sealed record CoordinatorStatus(string Mode, bool IsThisInstance, string Sentence);

namespace HaConnect.Operations.Integrity;

/// <summary>What the journal has of a table.</summary>
/// <param name="Planned">The parts into which it was divided, by the bound before each.</param>
/// <param name="Done">What became of those that are done.</param>
internal sealed record JournalTable(Dictionary<string, Part> Planned, Dictionary<string, PartOutcome> Done)
{
    internal static JournalTable Empty => new(new(StringComparer.Ordinal), new(StringComparer.Ordinal));
}

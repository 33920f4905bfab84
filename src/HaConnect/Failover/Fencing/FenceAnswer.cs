namespace HaConnect.Failover.Fencing;

/// <summary>What became of it.</summary>
/// <param name="Succeeded">The node takes no write any more.</param>
/// <param name="Sentence">What the program did, for people.</param>
internal sealed record FenceAnswer(bool Succeeded, string Sentence);

namespace HaConnect.Status;

/// <summary>One line of the quorum arithmetic.</summary>
/// <param name="Topic">What it is about: voters, commits, failover or loss.</param>
/// <param name="Level">ok, warn, bad or unknown.</param>
/// <param name="Text">The sentence.</param>
internal sealed record QuorumLine(string Topic, string Level, string Text);

namespace HaConnect.Failover.Manual;

/// <summary>What became of a fence that somebody asked for.</summary>
/// <param name="IsChanged">Whether anything was done; false too where it was so already.</param>
/// <param name="Sentence">What, for people.</param>
internal sealed record ManualFenceResult(bool IsChanged, string Sentence);

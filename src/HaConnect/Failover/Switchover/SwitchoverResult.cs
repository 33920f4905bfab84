namespace HaConnect;

/// <summary>What has become of a switchover, or of a failover that was asked for.</summary>
/// <param name="Succeeded">Whether the target, or where none was named another node, is the established primary now.</param>
/// <param name="Primary">The primary now; null where none is known at the moment.</param>
/// <param name="Term">The term that belongs to it; null where none is known at the moment.</param>
/// <param name="Reason">Why it was called off, or how it ended, as a sentence for people.</param>
public sealed record SwitchoverResult(bool Succeeded, string? Primary, long? Term, string Reason);

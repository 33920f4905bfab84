namespace HaConnect.Probing;

/// <summary>How a probe failed, and the message for people.</summary>
internal sealed record ProbeFailure(ProbeFailureKind Kind, string Message, string? SqlState = null);

namespace HaConnect.Probing;

/// <summary>How a probe failed, and the message for people.</summary>
internal sealed record ProbeFailure(ProbeFailureKind Kind, string Message, string? SqlState = null)
{
    /// <summary>A server said so that is there and goes on: it is not out of sight.</summary>
    internal bool ProvesServer => SqlState is not null && Kind != ProbeFailureKind.Refused;
}

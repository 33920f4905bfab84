namespace HaConnect.Failover.Detection;

/// <summary>The verdict on the primary, and what an election has to know of the voters.</summary>
/// <param name="Kind">The verdict.</param>
/// <param name="Primary">The node it is about; null where none is known.</param>
/// <param name="Reason">Why, as a clause for people.</param>
/// <param name="LastPosition">The primary's last observed insert position: bounds the loss with asynchronous replication.</param>
/// <param name="FreeVoters">How many reachable data nodes show no coordinator's lock.</param>
internal sealed record PrimaryVerdict(VerdictKind Kind, string? Primary, string Reason, ulong? LastPosition, int FreeVoters)
{
    internal static readonly PrimaryVerdict None = new(VerdictKind.Unknown, null, "nothing observed yet", null, 0);

    internal bool IsLost => Kind == VerdictKind.Lost;
}

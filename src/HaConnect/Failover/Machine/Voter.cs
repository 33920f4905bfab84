namespace HaConnect.Failover;

/// <summary>A voter as configured.</summary>
/// <param name="Name">Its name in registers and records, and in <c>synchronous_standby_names</c>.</param>
/// <param name="IsWitness">It has no data.</param>
/// <param name="Priority">The higher of several equally advanced standbys is promoted.</param>
/// <param name="IsSynchronous">As a standby it may have to ack.</param>
internal sealed record Voter(string Name, bool IsWitness, int Priority, bool IsSynchronous = true);

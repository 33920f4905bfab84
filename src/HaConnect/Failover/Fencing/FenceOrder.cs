namespace HaConnect.Failover.Fencing;

/// <summary>Whom to fence, and why.</summary>
/// <param name="Node">The lost primary.</param>
/// <param name="Term">The term that it was established in.</param>
/// <param name="Reason">Why it counts as lost.</param>
/// <param name="IsRehearsal">Nothing is to be changed.</param>
internal sealed record FenceOrder(string Node, long Term, string Reason, bool IsRehearsal);

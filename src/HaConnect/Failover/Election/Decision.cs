namespace HaConnect.Failover;

/// <summary>A term that is bound to a node.</summary>
/// <param name="Term">0 where there is none.</param>
/// <param name="Node">Empty where there is none.</param>
internal readonly record struct Decision(long Term, string Node)
{
    internal static readonly Decision None = new(0, "");
}

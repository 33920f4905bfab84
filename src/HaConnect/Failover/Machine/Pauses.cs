using System.Collections.Immutable;

namespace HaConnect.Failover;

/// <summary>What people have asked not to be done, as a server has it on record (<c>haconnect.pause</c>).</summary>
/// <param name="Version">Rises with each change.</param>
/// <param name="Why">Why nothing is to be done by itself, and who said so; null where it may be.</param>
/// <param name="Maintained">The nodes that are being worked on.</param>
internal sealed record Pauses(long Version, string? Why, ImmutableArray<string> Maintained)
{
    internal static readonly Pauses None = new(0, null, []);
}

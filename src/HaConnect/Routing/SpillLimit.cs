namespace HaConnect.Routing;

/// <summary>
/// Of the reads that are made, at most a share may go to the primary for want of a replica: each read earns that share of one, and each that goes there
/// costs one. No lock: what two threads do at once may be off by one.
/// </summary>
internal sealed class SpillLimit(double share)
{
    /// <summary>So many in a row are let through where there were enough others before.</summary>
    internal const int Burst = 10;

    private const long One = 1_000_000;

    private readonly long _earned = (long)(share * One);
    private long _credit = share > 0 ? Burst * One : 0;

    /// <summary>Null where there is no limit.</summary>
    internal static SpillLimit? Of(RoutingOptions options) => options.MaxPrimaryReadShare < 1 ? new SpillLimit(options.MaxPrimaryReadShare) : null;

    /// <summary>A read is made.</summary>
    internal void Earn()
    {
        if (Volatile.Read(ref _credit) < Burst * One)
            Interlocked.Add(ref _credit, _earned);
    }

    /// <summary>Whether this one may go to the primary.</summary>
    internal bool TrySpend()
    {
        if (Interlocked.Add(ref _credit, -One) >= 0)
            return true;
        Interlocked.Add(ref _credit, One);
        return false;
    }
}

using System.Globalization;

namespace HaConnect.Failover;

/// <summary>
/// Refuses a failover where there were many lately: a cluster that keeps losing its primaries has a cause that another failover does not
/// mend, and each one leaves a node behind. Counted from the records on the servers, so that every coordinator counts the same. Pure.
/// </summary>
internal static class FlapGuard
{
    /// <remarks>
    /// Clocks may have been stepped. A failover that seems to lie ahead, or back, by less than the window counts; one that lies further
    /// ahead does not, so that a wrong clock delays a failover by two windows at most. Of several servers the one that counts most is
    /// believed: a single wrong clock does not switch the guard off.
    /// </remarks>
    internal static string? WhyRefused(FailoverState s)
    {
        var (limit, window) = (s.Settings.MaxFailovers, s.Settings.FailoverWindow);
        var recent = s.Records.Select(r => r.Failovers.Where(at => (r.Clock - at).Duration() < window).ToList()).MaxBy(f => f.Count);
        if (recent is null || recent.Count < limit)
            return null;
        var again = recent.OrderDescending().ElementAt(limit - 1) + window;
        return string.Create(CultureInfo.InvariantCulture,
            $"Failover.MaxFailovers = {limit} within Failover.FailoverWindow = {window} is reached; the next failover is possible at {again:u} by the servers' clock, or at once where every instance gets a higher MaxFailovers");
    }
}

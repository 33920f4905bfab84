using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>Whether the servers' clocks agree. No decision of HaConnect rests on that; what people read does. Pure.</summary>
internal static class ClockChecks
{
    /// <summary>Seconds. NTP keeps hosts within milliseconds of each other.</summary>
    private const double Bound = 1;

    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        var clocks = seen.Nodes.Where(n => n.Clock is not null).Select(n => (n.Node, Clock: n.Clock!)).ToList();
        if (clocks.Count < 2)
            yield break;

        // Whoever agrees with most others is taken to be right; of equals the primary, then the first.
        var (reference, right) = clocks.OrderByDescending(c => clocks.Count(o => o.Clock.ApartFrom(c.Clock) <= Bound)).ThenByDescending(c => c.Node == seen.Primary?.Node).First();
        foreach (var (node, clock) in clocks.Where(c => c.Clock.ApartFrom(right) > Bound))
        {
            yield return Diagnosis.Warning(FindingCodes.ClocksDiffer, node,
                string.Create(CultureInfo.InvariantCulture, $"the clock of {node} is at least {clock.ApartFrom(right):0.#} s {(clock.Least > right.Most ? "ahead of" : "behind")} that of {reference}: logs cannot be put in order, ages of replicas are wrong for people, and passwords expire early or late"),
                Mend.ByHand($"let a time service (NTP) set the clock of {node}"));
        }
    }
}

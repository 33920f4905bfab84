using System.Globalization;
using HaConnect.Probing;
using static HaConnect.Failover.FailoverRules;

namespace HaConnect.Failover;

/// <summary>What a row of the failover table changes, as it was before and is afterwards. Pure.</summary>
internal static class Changes
{
    internal static (string? Before, string? After) OfPrimary(FailoverState s) => (s.Established?.Primary, s.Candidate);

    /// <summary>Who takes writes, and whose acks they wait for.</summary>
    internal static (string? Before, string? After) OfRow(FailoverState s) => (s.Established is { } row ? Words(row) : null, Words(NewRow(s)));

    private static string Words(TermRow row) => string.Create(CultureInfo.InvariantCulture,
        $"term {row.Term}: {row.Primary}{(row.Required == 0 ? ", alone" : string.Create(CultureInfo.InvariantCulture, $", {row.Required} of {string.Join(", ", row.SynchronousStandbys)}"))}");
}

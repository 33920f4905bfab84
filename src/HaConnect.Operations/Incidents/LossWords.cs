using System.Globalization;

namespace HaConnect.Operations.Incidents;

/// <summary>What is known of acked writes that are lost; the trail itself never measures it. Pure.</summary>
internal static class LossWords
{
    internal static string Of(IncidentContext context)
    {
        if (context.MeasuredBy is { Outcome: { LostWrites: { } lost } drill })
            return string.Create(CultureInfo.InvariantCulture, $"Measured by the drill that it was: {lost:#,0} of {drill.AckedWrites:#,0} acked writes are lost.");
        return context.Kind switch
        {
            IncidentKind.Failover or IncidentKind.FailoverByHand => OfFailover(context),
            IncidentKind.Switchover when context.Incident.Records.Any(Telling.IsCatchUp) => "Not measured. The new primary had replayed all that the former one had acked before it was promoted, so that nothing acked should be missing.",
            IncidentKind.RefusedFailover or IncidentKind.Recovered or IncidentKind.SwitchoverCalledOff or IncidentKind.Reconfiguration => OfNobody(context.Incident),
            _ => "Not known. The trail does not say what the new primary had when it was promoted.",
        };
    }

    /// <summary>Where it did not come to a new primary, as far as is told.</summary>
    private static string OfNobody(Incident incident) => incident switch
    {
        { Promoted: not null } => "Not known. A node was promoted, and that its term was established is not in these trails.",
        { MayHavePromoted: true } => "Not known. Whether another node was promoted is not in these trails.",
        _ => "Not measured. No other node was promoted, as far as these trails go, so that nothing was left behind on a former primary.",
    };

    /// <summary>By who had to ack in the term before, which the establishment of the new one tells.</summary>
    private static string OfFailover(IncidentContext context)
    {
        if (context.Commands.Any(c => Telling.IsAskedFailover(c) && c.Sentence.Contains("acked writes may be lost is accepted", StringComparison.Ordinal)))
            return "Not known, and possible: whoever asked for this failover accepted that acked writes may be lost.";
        if (context.Incident.Established?.Before is not { } before)
            return "Not known. The trail does not say who had to ack before.";
        return before.EndsWith(", alone", StringComparison.Ordinal)
            ? $"Not known, and possible: no commit waited for a standby before ({before}). Compare what the applications know to be acked with the new primary."
            : $"Not measured. A commit waited for standbys before ({before}), and those that could have acked were cut off and asked before one was promoted, so that nothing acked should be missing; docs/operations/safety.md says on what that rests.";
    }
}

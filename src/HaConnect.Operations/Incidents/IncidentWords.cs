using System.Globalization;

namespace HaConnect.Operations.Incidents;

/// <summary>Sentences of an incident. Pure.</summary>
internal static class IncidentWords
{
    internal static string Title(IncidentContext c) => $"{(c.OwnDrill is null ? "Incident" : "Drill")}: {Name(c.Incident, c.Kind)} of {c.Incident.Cluster}, {Day(c.Incident.Begin)}";

    internal static string Verdict(IncidentContext c) => c.Kind switch
    {
        IncidentKind.Failover or IncidentKind.FailoverByHand when c.Incident.Established is { } => $"{c.PrimaryAfter} took over from {c.PrimaryBefore ?? "the former primary"}{Took(c)}.",
        IncidentKind.Failover or IncidentKind.FailoverByHand => $"{c.PrimaryAfter} was promoted; that its term was established is not in these trails.",
        IncidentKind.RefusedFailover when c.Incident.MayHavePromoted => "The primary was lost, or seemed so; whether another node was promoted is not in these trails.",
        IncidentKind.RefusedFailover => "The primary was lost, or seemed so, and no other node was promoted, as far as these trails go.",
        IncidentKind.Recovered => "The primary answered again, and nothing was changed.",
        IncidentKind.Switchover => $"{c.PrimaryAfter} took over from {c.PrimaryBefore ?? "the former primary"} in good order{Took(c)}.",
        IncidentKind.SwitchoverCalledOff => "A switchover did not come to its end.",
        IncidentKind.Reconfiguration => "A new term was taken for the same primary.",
        _ => $"{c.PrimaryAfter} was seen as the primary in place of {c.PrimaryBefore}, and no coordinator tells of it in these trails: it was promoted by hand, or the coordinator's trail is not among them.",
    };

    internal static string Name(Incident incident, IncidentKind kind) => kind switch
    {
        IncidentKind.RefusedFailover when incident.MayHavePromoted => "failover without an end in these trails",
        IncidentKind.Failover => "failover",
        IncidentKind.FailoverByHand => "failover by hand",
        IncidentKind.RefusedFailover => "refused failover",
        IncidentKind.Recovered => "primary that answered again",
        IncidentKind.Switchover => "switchover",
        IncidentKind.SwitchoverCalledOff => "switchover that was called off",
        IncidentKind.Reconfiguration => "new term",
        _ => "change of the primary that was only seen",
    };

    /// <summary>One line for a list of incidents.</summary>
    internal static string Line(Incident incident) =>
        $"{Time(incident.Begin)} UTC: {Name(incident, incident.KindOf(isAskedFor: false))}{(incident.Terms is [.., var term] ? string.Create(CultureInfo.InvariantCulture, $", term {term}") : "")}: {incident.Records[^1].Sentence}";

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    internal static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Took(IncidentContext c) => c.Took is { } took ? $", {Seconds(took)} after {(c.Kind == IncidentKind.Switchover ? "the switchover was begun" : "the loss was detected")}" : "";
}

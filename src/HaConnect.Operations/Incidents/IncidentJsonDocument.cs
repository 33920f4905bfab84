using System.Text.Json;

namespace HaConnect.Operations.Incidents;

/// <summary>The document of an incident; null is what the trail does not say.</summary>
internal sealed record IncidentJsonDocument(
    int SchemaVersion, string Kind, string Cluster, string Verdict, bool IsDrill, IReadOnlyList<long> Terms, string? PrimaryBefore, string? PrimaryAfter, IReadOnlyList<string> Coordinators, DateTimeOffset? DetectedAt, DateTimeOffset? PromotedAt,
    DateTimeOffset? EstablishedAt, double? TookSeconds, string AckedWritesLost, double ClocksDifferSeconds, IReadOnlyList<IncidentJsonRecord> Timeline, int LeftOut, IReadOnlyList<IncidentJsonRecord> ChangesBefore,
    IReadOnlyList<DrillOutcome> DrillsBefore, IReadOnlyList<TrailFacts> Trails)
{
    internal static IncidentJsonDocument Of(IncidentContext c, IReadOnlyList<TrailFacts> trails) => new(
        1, JsonNamingPolicy.CamelCase.ConvertName(c.Kind.ToString()), c.Incident.Cluster, IncidentWords.Verdict(c), c.OwnDrill is not null, c.Incident.Terms, c.PrimaryBefore, c.PrimaryAfter, c.Coordinators, c.Incident.Detected?.At,
        c.Incident.Promoted?.At, c.Incident.Established?.At, c.Took?.TotalSeconds, LossWords.Of(c), c.ClocksDiffer.TotalSeconds, [.. c.Timeline.Select(IncidentJsonRecord.Of)], c.LeftOut, [.. c.Changes.Select(IncidentJsonRecord.Of)],
        [.. c.Drills.Select(d => d.Outcome)], trails);

    internal string Write() => JsonSerializer.Serialize(this, IncidentJson.Readable.IncidentJsonDocument);
}

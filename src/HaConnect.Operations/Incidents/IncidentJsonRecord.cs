namespace HaConnect.Operations.Incidents;

/// <summary>A record in the document of an incident.</summary>
internal sealed record IncidentJsonRecord(DateTimeOffset At, string Instance, long? Term, string Kind, string Step, string? Node, string Sentence, string? By, string? Before, string? After, double? DurationSeconds)
{
    internal static IncidentJsonRecord Of(AuditRecord r) => new(r.At, r.Coordinator, r.Term, r.Kind.ToString(), r.Step, r.Node, r.Sentence, r.By, r.Before, r.After, r.Duration?.TotalSeconds);
}

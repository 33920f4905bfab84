namespace HaConnect.Operations.Drills.History;

/// <summary>A schedule has begun a drill. It is on record before the drill is, so that whoever comes after a crash does not begin another.</summary>
internal sealed record BegunDrill(DrillKind Kind, DateTimeOffset At, string Cluster)
{
    /// <summary>Who asks for the drills of a schedule, in the audit trail.</summary>
    internal const string Schedule = "the schedule";

    private const string Mark = "begun";

    internal AuditRecord ToAuditRecord(string instance) => new(At, Cluster, instance, null, Kind.ToString(), null, $"a {Kind.ToString().ToLowerInvariant()} drill is due, and is begun") { Kind = AuditKind.Drill, By = Schedule, After = Mark };

    internal static BegunDrill? Of(AuditRecord record) => record is { Kind: AuditKind.Drill, After: Mark, Data: null } && Enum.TryParse<DrillKind>(record.Step, out var kind) ? new BegunDrill(kind, record.At, record.Cluster) : null;
}

using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Incidents;

/// <summary>An incident, and what the trail has around it. Pure.</summary>
/// <param name="Incident">What coordinators told.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Timeline">All that was told from shortly before to shortly after it, in the order of the story.</param>
/// <param name="LeftOut">How many more there are.</param>
/// <param name="Commands">What somebody asked for meanwhile, and the answers.</param>
/// <param name="Changes">Changes of the configuration in the day before.</param>
/// <param name="Drills">The last drills before it, the newest first.</param>
/// <param name="OwnDrill">The drill that it was, or whose way back; null where it was real, as far as the trail tells.</param>
/// <param name="MeasuredBy">The same, where the drill's figures are of this incident: the first promotion within it. What comes later, its way back for instance, comes after its count of what is lost.</param>
internal sealed record IncidentContext(
    Incident Incident, IncidentKind Kind, IReadOnlyList<AuditRecord> Timeline, int LeftOut, IReadOnlyList<AuditRecord> Commands, IReadOnlyList<AuditRecord> Changes, IReadOnlyList<DrillEntry> Drills, DrillEntry? OwnDrill, DrillEntry? MeasuredBy)
{
    internal const int MostLines = 400;
    internal static readonly TimeSpan ConfigurationBefore = TimeSpan.FromDays(1);
    private const int MostDrills = 5;
    private static readonly TimeSpan s_around = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_longestDrill = TimeSpan.FromMinutes(30);

    /// <param name="story">The records of its cluster.</param>
    /// <param name="drills">The drills of all clusters.</param>
    /// <param name="all">All incidents of the story.</param>
    /// <param name="incident">That which is meant, one of them.</param>
    internal static IncidentContext Of(IReadOnlyList<AuditRecord> story, DrillLedger drills, IReadOnlyList<Incident> all, Incident incident)
    {
        var own = drills.Outcomes.LastOrDefault(d => IsOwn(d, incident));
        var core = incident.Records.ToHashSet();
        var around = story.Where(r => core.Contains(r) || (r.At >= incident.Begin - s_around && r.At <= incident.End + s_around)).ToList();
        var commands = around.Where(r => r.By is not null && r.Kind is AuditKind.Command or AuditKind.Refusal).ToList();
        return new IncidentContext(
            incident,
            incident.KindOf(commands.Any(Telling.IsAskedFailover)),
            [.. around.Take(MostLines)],
            Math.Max(0, around.Count - MostLines),
            commands,
            [.. story.Where(r => r.Kind == AuditKind.Configuration && r.At >= incident.Begin - ConfigurationBefore && r.At < incident.Begin && (r.Before is not null || r.Step == "Options"))],
            [.. drills.Outcomes.Where(d => d.IsOf(incident.Cluster) && d.Outcome.At < incident.Begin && !IsOwn(d, incident)).Reverse().Take(MostDrills)],
            own,
            own is not null && all.Where(i => i.Promoted is not null && IsOwn(own, i)).MinBy(i => i.Begin) == incident ? own : null);
    }

    /// <summary>Who told of it as a coordinator, in order.</summary>
    internal IReadOnlyList<string> Coordinators => Incident.IsSeenOnly ? [] : [.. Incident.Records.Select(r => r.Coordinator).Distinct(StringComparer.Ordinal)];

    /// <summary>The primary before; null where the trail does not say.</summary>
    internal string? PrimaryBefore => Incident.Promoted?.Before ?? (Incident.IsSeenOnly ? Telling.NameOf(Incident.Records[0].Before!) : null) ?? Commands.Select(c => c.Before).LastOrDefault(b => b is not null && Incident.Promoted is not null);

    /// <summary>The primary afterwards; null where none was promoted, or the trail does not say.</summary>
    internal string? PrimaryAfter => Incident.Promoted?.After ?? (Incident.IsSeenOnly ? Telling.NameOf(Incident.Records[0].After!) : null);

    /// <summary>Since the loss was detected or the switchover announced, by one coordinator's own clock.</summary>
    internal TimeSpan? Took => Incident.Established?.Duration;

    internal IReadOnlyList<AuditRecord> Refusals => [.. Incident.Records.Where(r => r.Kind == AuditKind.Refusal)];

    /// <summary>
    /// By how much the clocks of two instances differ at least, where the order of the story shows it: what was told later has an earlier time. Zero where it shows nothing.
    /// </summary>
    internal TimeSpan ClocksDiffer => Timeline.Zip(Timeline.Skip(1), (a, b) => a.Coordinator != b.Coordinator && b.At < a.At ? a.At - b.At : TimeSpan.Zero).DefaultIfEmpty().Max();

    /// <summary>A drill begins before what it causes, and ends after it.</summary>
    private static bool IsOwn(DrillEntry drill, Incident incident) => !drill.Outcome.IsLocal && drill.Outcome.Cluster == incident.Cluster && drill.Outcome.Kind is DrillKind.Failover or DrillKind.Switchover or DrillKind.Disaster
        && drill.Outcome.At <= incident.Begin && incident.Begin - drill.Outcome.At < s_longestDrill && drill.EndedAt >= incident.Begin;
}

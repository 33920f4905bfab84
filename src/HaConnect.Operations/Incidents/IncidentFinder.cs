namespace HaConnect.Operations.Incidents;

/// <summary>Finds the incidents in a story. Pure.</summary>
internal static class IncidentFinder
{
    /// <summary>What begins so long after the last that was told is another incident, be the one before never ended.</summary>
    internal static readonly TimeSpan Apart = TimeSpan.FromMinutes(10);

    internal static IReadOnlyList<Incident> Find(IReadOnlyList<AuditRecord> story)
    {
        var (found, open) = (new List<Incident>(), new List<AuditRecord>());
        foreach (var record in story.Where(Telling.IsCoordinators))
        {
            if (open.Count > 0 && Telling.IsBegin(record) && record.At - open[^1].At > Apart)
                Close();
            if (open.Count == 0 && record.Kind == AuditKind.Election)
                continue; // it belongs to nothing that is under way
            open.Add(record);
            if (Telling.Ends(record))
                Close();
        }

        Close();
        found.AddRange(SeenOnly(story, found));
        return [.. found.OrderBy(i => i.Begin)];

        void Close()
        {
            if (open.Count > 0)
                found.Add(new Incident([.. open]));
            open.Clear();
        }
    }

    /// <summary>The one that is meant: by its term, by a moment in or near it, or the last that was more than a change of who acks.</summary>
    /// <param name="incidents">All, in their order.</param>
    /// <param name="term">Its term; null for any.</param>
    /// <param name="at">A moment; null for any.</param>
    internal static Incident? Select(IReadOnlyList<Incident> incidents, long? term, DateTimeOffset? at)
    {
        var possible = incidents.Where(i => term is null || i.Terms.Contains(term.Value)).ToList();
        if (at is { } moment)
            return possible.Where(i => Distance(i, moment) <= Apart).MinBy(i => Distance(i, moment));
        return possible.LastOrDefault(i => i.KindOf(isAskedFor: false) != IncidentKind.Reconfiguration) ?? (term is null ? null : possible.LastOrDefault());
    }

    /// <summary>How far a moment is from it; zero within.</summary>
    private static TimeSpan Distance(Incident incident, DateTimeOffset at) => at < incident.Begin ? incident.Begin - at : at > incident.End ? at - incident.End : TimeSpan.Zero;

    /// <summary>Several instances see the same, each a little later.</summary>
    private static List<Incident> SeenOnly(IReadOnlyList<AuditRecord> story, List<Incident> told)
    {
        var groups = new List<List<AuditRecord>>();
        foreach (var seen in story.Where(Telling.IsPrimarySeen).Where(s => !told.Any(i => i.Promoted is not null && Distance(i, s.At) <= Apart)))
        {
            if (groups.LastOrDefault(g => Telling.NameOf(g[0].After!) == Telling.NameOf(seen.After!) && seen.At - g[^1].At <= Apart) is { } group)
                group.Add(seen);
            else
                groups.Add([seen]);
        }

        return [.. groups.Select(g => new Incident(g, IsSeenOnly: true))];
    }
}

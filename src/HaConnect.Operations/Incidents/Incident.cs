namespace HaConnect.Operations.Incidents;

/// <summary>What coordinators told of one incident, in the order of the story.</summary>
/// <param name="Records">At least one.</param>
/// <param name="IsSeenOnly">Whether these are no coordinator's, but what instances have seen.</param>
internal sealed record Incident(IReadOnlyList<AuditRecord> Records, bool IsSeenOnly = false)
{
    internal string Cluster => Records[0].Cluster;

    internal DateTimeOffset Begin => Records.Min(r => r.At);

    internal DateTimeOffset End => Records.Max(r => r.At);

    internal AuditRecord? Detected => Records.FirstOrDefault(Telling.IsDetection);

    internal AuditRecord? Announced => Records.FirstOrDefault(Telling.IsAnnouncement);

    /// <summary>Where several nodes were promoted, one after the other, the last.</summary>
    internal AuditRecord? Promoted => Records.LastOrDefault(Telling.IsPromotion);

    internal AuditRecord? Established => Records.LastOrDefault(Telling.IsEstablishment);

    /// <summary>
    /// Whether a node may have been promoted though no record says so: a coordinator went on to promote one and does not tell what became of it, or an attempt has no end in these trails.
    /// </summary>
    internal bool MayHavePromoted => !IsSeenOnly && Promoted is null && Records.Where(r => r.Kind != AuditKind.Election).GroupBy(r => r.Coordinator, StringComparer.Ordinal).Any(IsLeftOpen);

    /// <summary>The terms that it was about, in rising order.</summary>
    internal IReadOnlyList<long> Terms => [.. Records.Where(r => r.Term is not null).Select(r => r.Term!.Value).Distinct().Order()];

    /// <param name="isAskedFor">Whether somebody had asked for a failover.</param>
    internal IncidentKind KindOf(bool isAskedFor)
    {
        if (IsSeenOnly)
            return IncidentKind.SeenOnly;
        if (Detected is null && (Announced is not null || Records.Any(Telling.IsSwitchoverRefusal)))
            return Promoted is not null && Established is not null ? IncidentKind.Switchover : IncidentKind.SwitchoverCalledOff;
        if (Promoted is not null)
            return isAskedFor ? IncidentKind.FailoverByHand : IncidentKind.Failover;
        if (Records.Any(Telling.IsRecovery))
            return IncidentKind.Recovered;
        return Detected is not null || Records.Any(Telling.IsFailoverRefusal) ? IncidentKind.RefusedFailover : IncidentKind.Reconfiguration;
    }

    /// <summary>Of what one coordinator told, in order.</summary>
    private static bool IsLeftOpen(IEnumerable<AuditRecord> told)
    {
        var records = told.ToList();
        return !Telling.LeavesNothingOpen(records[^1]) || records.Zip(records.Skip(1)).Any(p => Telling.IsChoiceToPromote(p.First) && !Telling.LeavesNothingOpen(p.Second));
    }
}

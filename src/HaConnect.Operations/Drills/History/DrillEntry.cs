namespace HaConnect.Operations.Drills.History;

/// <summary>A drill as a trail tells of it.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Instance">Who told it.</param>
/// <param name="By">Who asked for it; null for an application by itself.</param>
/// <param name="EndedAt">When that was told.</param>
internal sealed record DrillEntry(DrillOutcome Outcome, string Instance, string? By, DateTimeOffset EndedAt)
{
    /// <summary>Whether it is one of this cluster, or a throw-away one, which may be called anything.</summary>
    internal bool IsOf(string? cluster) => cluster is null || Outcome.IsLocal || Outcome.Cluster == cluster;

    /// <summary>Whether it counts, once it is passed.</summary>
    internal bool MayCount(string? cluster, bool countsLocal) => IsOf(cluster) && (countsLocal || !Outcome.IsLocal);
}

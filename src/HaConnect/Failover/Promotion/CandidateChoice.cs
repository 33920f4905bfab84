namespace HaConnect.Failover.Promotion;

/// <summary>
/// Chooses whom to promote: of the cut-off standbys the one with the highest (term, position), which holds every acked write. Ties go
/// to the one decided for before, then to one that is not being worked on, then to the priority, then to the name, so that all coordinators
/// choose alike. Pure.
/// </summary>
internal static class CandidateChoice
{
    internal static VoterState? Choose(IEnumerable<VoterState> cutOff, string? decidedBefore, IReadOnlyCollection<string>? maintained = null, bool compareTerms = true) => cutOff
        .Where(v => v.Position is not null)
        .OrderByDescending(v => compareTerms ? v.Position!.Value.TermNumber : 0)
        .ThenByDescending(v => v.Position!.Value.Furthest)
        .ThenByDescending(v => v.Voter.Name == decidedBefore)
        .ThenBy(v => maintained?.Contains(v.Voter.Name, StringComparer.Ordinal) == true)
        .ThenByDescending(v => v.Position!.Value.Replayed)
        .ThenByDescending(v => v.Voter.Priority)
        .ThenBy(v => v.Voter.Name, StringComparer.Ordinal)
        .FirstOrDefault();
}

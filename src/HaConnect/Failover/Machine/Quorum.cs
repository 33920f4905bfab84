using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Failover;

/// <summary>
/// Counts. Quorums are counted over what is configured, never over what happens to be reachable: every set of standbys that could
/// have acked a commit must meet the cut-off ones. Pure.
/// </summary>
internal static class Quorum
{
    /// <summary>
    /// How many standbys an ack proves to hold what it acks: one, however many it waited for. PostgreSQL counts connections, and a standby
    /// that has reconnected before its old connection's end was noticed counts twice (docs/adr/0036).
    /// </summary>
    internal static int Proven(TermRow row) => Math.Min(row.Required, 1);

    /// <summary>How many of the row's standbys must be cut off before the primary of its term can ack nothing more.</summary>
    internal static int CutOffNeeded(TermRow row, int dataNodes) =>
        row.Required > 0 ? row.SynchronousStandbys.Count - Proven(row) + 1 : (dataNodes - 1) / 2 + 1;

    /// <summary>Whether these nodes, all cut off, make any further ack under the row impossible and hold all earlier ones.</summary>
    internal static bool CutsOff(TermRow row, IReadOnlyCollection<string> cutOff, int dataNodes)
    {
        var counted = row.Required > 0 ? cutOff.Count(n => row.SynchronousStandbys.Contains(n, StringComparer.Ordinal)) : cutOff.Count(n => n != row.Primary);
        return counted >= CutOffNeeded(row, dataNodes);
    }

    /// <summary>
    /// The rows that a set of positions obliges to: the newest, and the newest that is marked established, since the newest may never
    /// have come into force.
    /// </summary>
    internal static IReadOnlyList<TermRow> Obliging(IEnumerable<StandbyPosition> positions, TermRow? establishedElsewhere)
    {
        var newest = positions.Select(p => p.Term).Where(t => t is not null).MaxBy(t => t!.Term);
        return [.. new[] { newest, establishedElsewhere }.Where(t => t is not null).Select(t => t!).DistinctBy(t => t.Term)];
    }
}

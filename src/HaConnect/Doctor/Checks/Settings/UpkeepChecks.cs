using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>What grows until a server stops taking writes, and what a change of hosts may have spoilt. Pure.</summary>
internal static class UpkeepChecks
{
    /// <summary>Autovacuum begins at 200 million by default, and PostgreSQL refuses writes at about 2,100 million (manual, "Preventing Transaction ID Wraparound Failures").</summary>
    private const long OldXid = 1_000_000_000;

    /// <summary>A transaction manager commits in seconds what it has prepared.</summary>
    private static readonly TimeSpan s_longPrepared = TimeSpan.FromSeconds(30);

    private const double MostConnections = 0.9;

    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        seen.Running.SelectMany(n => Prepared(n.Node, n.Server, n.State).Concat(Old(n.Node, n.Server, n.State)).Concat(Collations(n.Node, n.State))).Concat(Connections(seen)).Concat(DifferentCollations(seen));

    private static IEnumerable<ClusterFinding> Prepared(string node, ServerReading server, StateReading state)
    {
        var old = state.Prepared.Where(p => p.Age > s_longPrepared).ToList();
        if (!server.InRecovery && old.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.PreparedTransactions, node,
                string.Create(CultureInfo.InvariantCulture, $"{node} has {old.Count} prepared transactions that nobody ends, the oldest for {old.Max(p => p.Age).TotalSeconds:0} s: {string.Join(", ", old.Take(5).Select(p => $"{p.Id} in {p.Database}"))}. They hold locks and keep vacuum from its work, across restarts and failovers"),
                Mend.ByHand($"as their transaction manager decides, in the database {old[0].Database}: COMMIT PREPARED {SqlText.Literal(old[0].Id)} or ROLLBACK PREPARED {SqlText.Literal(old[0].Id)}"));
        }
    }

    private static IEnumerable<ClusterFinding> Old(string node, ServerReading server, StateReading state)
    {
        if (!server.InRecovery && state.Oldest is { } oldest && Math.Max(oldest.Age, oldest.MultixactAge) > OldXid)
        {
            yield return Diagnosis.Warning(FindingCodes.Wraparound, node,
                string.Create(CultureInfo.InvariantCulture, $"database {oldest.Database} is {Math.Max(oldest.Age, oldest.MultixactAge):N0} transactions old: at about 2,100,000,000 PostgreSQL takes no more writes, and a failover changes nothing of that"),
                Mend.ByHand($"find what keeps vacuum from its work (prepared transactions, old slots, long transactions, autovacuum), and run VACUUM (FREEZE) in database {oldest.Database}"));
        }
    }

    private static IEnumerable<ClusterFinding> Connections(Examination seen) =>
        from node in seen.Nodes
        where node.State is not null && node.Settings?.Values.GetValueOrDefault("max_connections") is { } most && node.State.Connections >= most.Number * MostConnections
        select Diagnosis.Warning(FindingCodes.ConnectionsExhausted, node.Node, $"{node.Node} has {node.State!.Connections} connections of the {node.Settings!.Values["max_connections"].Value} that it allows: a failover sends it those of another node as well",
            Mend.ByHand("lower Maximum Pool Size of the applications, or raise max_connections, on standbys first"));

    /// <summary>Indexes of text are in the order of the collation that made them; a host whose library sorts otherwise finds nothing in them.</summary>
    private static IEnumerable<ClusterFinding> Collations(string node, StateReading state) =>
        from c in state.Collations
        where c.Actual is not null && c.Actual != c.Recorded
        select Diagnosis.Warning(FindingCodes.CollationVersion, node, $"database {c.Database} was made with version {c.Recorded} of its collation, and {node} has {c.Actual}: indexes of text may be in another order there, and searches find nothing, or twice",
            Mend.ByHand($"at the primary, in that database: REINDEX DATABASE {SqlText.Identifier(c.Database)}; then ALTER DATABASE {SqlText.Identifier(c.Database)} REFRESH COLLATION VERSION"));

    private static IEnumerable<ClusterFinding> DifferentCollations(Examination seen) =>
        from database in seen.Running.SelectMany(n => n.State.Collations.Select(c => (n.Node, c.Database, c.Actual))).Where(c => c.Actual is not null).GroupBy(c => c.Database, StringComparer.Ordinal)
        where database.Select(c => c.Actual).Distinct(StringComparer.Ordinal).Count() > 1
        select Diagnosis.Warning(FindingCodes.CollationsDiffer, null, $"the nodes sort text of database {database.Key} by different versions of its collation ({string.Join(", ", database.Select(c => $"{c.Node} {c.Actual}"))}): an index that one has made is in the wrong order for the other, after a failover and for reads before",
            Mend.ByHand("give all hosts the same release of the operating system, or of ICU"));
}

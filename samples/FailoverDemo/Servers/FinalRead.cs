using FailoverDemo.Workload;
using HaConnect.Operations;
using HaConnect.Testing;
using Npgsql;

namespace FailoverDemo.Servers;

/// <summary>
/// The cluster after the workload: the old primary is brought back, then every server is read directly and held against the ledger.
/// </summary>
/// <param name="NewPrimary">The server out of recovery with the newest timeline; null where there is none.</param>
/// <param name="NewTimeline">Its timeline.</param>
/// <param name="Rejoined">How the old primary was brought back.</param>
/// <param name="Lost">Acked, and not at the new primary.</param>
/// <param name="Problems">What keeps the cluster from being whole, on one timeline, with nothing but what was written, once.</param>
internal sealed record FinalRead(PostgresNode? NewPrimary, int? NewTimeline, RejoinResult? Rejoined, IReadOnlySet<WriteKey> Lost, IReadOnlyList<string> Problems)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<FinalRead> TakeAsync(PostgresCluster cluster, PostgresNode oldPrimary, Ledger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        PostgresNode primary;
        try
        {
            primary = await cluster.GetPrimaryAsync(cancellationToken);
        }
        catch (PostgresClusterException e)
        {
            return new FinalRead(null, null, null, new HashSet<WriteKey>(), [$"The cluster has no primary, so what is lost could not be read: {e.Message}"]);
        }

        RejoinResult? rejoined = null;
        var problems = new List<string>();
        try
        {
            if (primary == oldPrimary)
                problems.Add($"There was no failover: {oldPrimary.Name} is still the primary.");
            else
                rejoined = await cluster.RejoinAsync(oldPrimary, cancellationToken);
            await cluster.WaitUntilStreamingAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (e is PostgresClusterException or TimeoutException)
        {
            problems.Add($"The cluster is not whole: {e.Message}");
        }

        var main = await ServerRead.OfAsync(cluster, primary, cancellationToken);
        if (problems.Count == 0)
            problems.AddRange(await CompareAsync(cluster, main, time, cancellationToken));
        problems.AddRange(Judge(main, ledger, out var lost));
        return new FinalRead(primary, main.Timeline, rejoined, lost, problems);
    }

    private static async Task<List<string>> CompareAsync(PostgresCluster cluster, ServerRead main, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var expected = main.Rows.ToHashSet();
        foreach (var node in cluster.Nodes.Where(node => node != main.Node))
        {
            // A standby streams, but may not have replayed the last rows yet.
            var startedAt = time.GetTimestamp();
            ServerRead read;
            while (!expected.SetEquals((read = await ServerRead.OfAsync(cluster, node, cancellationToken)).Rows) && time.GetElapsedTime(startedAt) < Patience)
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            if (!read.IsStandby || read.Timeline != main.Timeline)
                problems.Add($"{node.Name} is {(read.IsStandby ? "a standby" : "out of recovery")} on timeline {read.Timeline}; {main.Node.Name} is on {main.Timeline}.");
            if (!expected.SetEquals(read.Rows) || read.Rows.Count != main.Rows.Count)
                problems.Add($"{node.Name} has {read.Rows.Count} rows and {main.Node.Name} {main.Rows.Count}; they are not the same.");
        }

        return problems;
    }

    private static List<string> Judge(ServerRead main, Ledger ledger, out IReadOnlySet<WriteKey> lost)
    {
        var present = main.Rows.ToHashSet();
        var invoked = Keys(ledger, _ => true);
        var problems = new List<string>();
        if (main.Rows.Count != present.Count)
            problems.Add($"{main.Rows.Count - present.Count} rows are there twice.");
        if (present.Except(invoked).ToArray() is { Length: > 0 } unknown)
            problems.Add($"{unknown.Length} rows were never written: {string.Join(", ", unknown.Take(Reporting.Report.MaxNamed))}.");
        lost = Keys(ledger, write => write.AckedAt is not null).Except(present).ToHashSet();
        return problems;
    }

    private static IEnumerable<WriteKey> Keys(Ledger ledger, Func<Write, bool> which) =>
        ledger.Writes.SelectMany((writes, writer) => writes.Where(which).Select(write => new WriteKey(writer, write.Sequence)));
}

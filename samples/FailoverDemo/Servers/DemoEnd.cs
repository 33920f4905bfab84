using HaConnect.Operations;
using HaConnect.Operations.Drills.Reading;
using HaConnect.Operations.Drills.Workload;
using HaConnect.Testing;

namespace FailoverDemo.Servers;

/// <summary>
/// The cluster after the workload: the new primary is read directly and held against the ledger, the old one is brought back, and the standbys are compared.
/// </summary>
/// <param name="NewPrimary">The server out of recovery with the newest timeline; null where there is none.</param>
/// <param name="Rejoined">How the old primary was brought back.</param>
/// <param name="Read">What the new primary holds; null where there is none.</param>
/// <param name="Problems">All that is wrong.</param>
internal sealed record DemoEnd(PostgresNode? NewPrimary, RejoinResult? Rejoined, FinalRead? Read, IReadOnlyList<string> Problems)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<DemoEnd> TakeAsync(PostgresCluster cluster, IReadOnlyList<DrillServer> servers, PostgresNode oldPrimary, Ledger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        PostgresNode primary;
        try
        {
            primary = await cluster.GetPrimaryAsync(cancellationToken);
        }
        catch (PostgresClusterException e)
        {
            return new DemoEnd(null, null, null, [$"The cluster has no primary, so what is lost could not be read: {e.Message}"]);
        }

        var read = await FinalRead.TakeAsync(servers.First(server => server.Name == primary.Name), ledger, cancellationToken);
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

        if (problems.Count == 0)
            problems.AddRange(await read.CompareAsync(servers.Where(server => server.Name != primary.Name), time, cancellationToken));
        return new DemoEnd(primary, rejoined, read, [.. problems, .. read.Problems]);
    }
}

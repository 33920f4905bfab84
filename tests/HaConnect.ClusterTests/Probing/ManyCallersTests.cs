using System.Globalization;
using HaConnect.ClusterTests.Network;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Probing;

/// <summary>However many callers an application has, a failover costs its servers one set of probes: by their own logs, and at the lost one by who came.</summary>
public sealed class ManyCallersTests : ClusterTest
{
    private const int Many = 100;

    [Fact]
    public async Task FailoverUnderManyCallers_CostsOneSetOfProbes()
    {
        var one = await FailOverAsync(callers: 1);
        var many = await FailOverAsync(Many);
        TestContext.Current.TestOutputHelper?.WriteLine($"1 caller:    {one}\n{Many} callers: {many}");

        foreach (var cost in (Cost[])[one, many])
        {
            // A session for each node, and at the survivors it is the one from before: nobody's errors were theirs.
            Assert.All(cost.SessionsBefore, s => Assert.Equal(1, s));
            Assert.All(cost.SessionsBegunAtSurvivors, s => Assert.Equal(0, s));

            // One probe at a time, at the pace of Probing.SuspectInterval; what asks for one in between adds a few, and there are few such events.
            Assert.All(cost.ProbesOfSurvivors, p => Assert.InRange(p, 1, cost.Allowed));
            Assert.InRange(cost.ProbesOfTheLost, 1, cost.Allowed);
        }
    }

    private async Task<Cost> FailOverAsync(int callers)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["log_statement"] = "all", ["log_line_prefix"] = "%m [%p] %q%u/%a ", ["max_connections"] = "200" } });
        await using var door = new CountingProxy(cluster["n1"]);
        await using var coordinator = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(coordinator);

        // The application only follows; its probes are those of its own user.
        var options = ClusterOptions.Observe(cluster);
        options.Nodes[0].Host = "127.0.0.1";
        options.Nodes[0].Port = door.Port;
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db, callers);
        await UntilAsync("the callers write", () => Task.FromResult(workload.AckedCount > 20 * callers));
        int[] sessionsBefore = [.. await Task.WhenAll(cluster.Nodes.Select(async n => (int)await n.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'haconnect-probe' AND usename = 'app'", Cancelled)))];

        PostgresNode[] survivors = [cluster["n2"], cluster["n3"]];
        var before = await Task.WhenAll(survivors.Select(CountAsync));
        var lostBefore = door.Came("haconnect-probe");
        var since = TimeProvider.System.GetTimestamp();
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        var acked = workload.AckedCount;
        await UntilAsync("the callers write again", () => Task.FromResult(workload.AckedCount > acked + 5 * callers));
        var after = await Task.WhenAll(survivors.Select(CountAsync));
        var took = TimeProvider.System.GetElapsedTime(since);
        var lost = door.Came("haconnect-probe") - lostBefore;
        await workload.StopAsync();
        Assert.Empty(workload.Failed);
        return new Cost(took, (int)(took / options.Probing.SuspectInterval) + 15, sessionsBefore, [.. after.Zip(before, (a, b) => a.Sessions - b.Sessions)], [.. after.Zip(before, (a, b) => a.Probes - b.Probes)], lost);
    }

    /// <summary>Of the probing sessions: how many there were so far, and how many statements.</summary>
    private static async Task<(int Sessions, int Probes)> CountAsync(PostgresNode node)
    {
        var lines = (await node.ReadLogAsync(Cancelled)).Split('\n').Where(l => l.Contains("] app/haconnect-probe LOG:  ", StringComparison.Ordinal) && (l.Contains("  statement: ", StringComparison.Ordinal) || l.Contains("  execute ", StringComparison.Ordinal))).ToList();
        return (lines.Select(l => l[l.IndexOf('[', StringComparison.Ordinal)..l.IndexOf(']', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal).Count(), lines.Count);
    }

    private sealed record Cost(TimeSpan Took, int Allowed, int[] SessionsBefore, int[] SessionsBegunAtSurvivors, int[] ProbesOfSurvivors, int ProbesOfTheLost)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Took.TotalSeconds:0.00} s, {string.Join(" and ", ProbesOfSurvivors)} probes of the survivors, {ProbesOfTheLost} attempts to probe the lost one (at most {Allowed} allowed)");
    }
}

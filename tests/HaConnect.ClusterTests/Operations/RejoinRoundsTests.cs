using HaConnect.ClusterTests.Faults;
using HaConnect.ClusterTests.Lab;
using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations;

/// <summary>
/// On one cluster under load, again and again: the primary is killed, another node takes over, and the killed one is brought back as an operator
/// would. What is left in the end is compared row by row, and on the disk.
/// </summary>
public sealed class RejoinRoundsTests : FaultTest
{
    /// <summary>From here on every node can be primary twice without a switchover in each round.</summary>
    private const int RoundsForTwice = 6;

    private readonly Dictionary<string, int> _reigns = new(StringComparer.Ordinal);
    private readonly List<RoundsTable.Round> _rounds = [];

    [Fact]
    public async Task KillAndRejoin_AgainAndAgain_AllNodesAreOneAndNothingIsLeftBehind()
    {
        var rounds = RoundsTable.Rounds ?? 3;
        var least = rounds >= RoundsForTwice ? 2 : 1;
        var lab = await StartLabAsync();
        var (_, primary) = await lab.PrimaryAsync();
        _reigns[primary.Name] = 1;
        for (var round = 1; round <= rounds; round++)
        {
            primary = await KillAndRejoinAsync(lab, primary);

            // Who takes over is the cluster's choice. Where it leaves a node out for so long that the rounds to come may not suffice, a
            // switchover between two rounds gives that one its turn; it is a line of the table like the others.
            while (Missing(lab, least) is var missing && missing.Sum(m => m.Count) > Math.Max(0, rounds - round - 1))
                primary = await SwitchOverAndRejoinAsync(lab, primary, missing.Select(m => m.Node).FirstOrDefault(n => n != primary) ?? lab.Cluster.Nodes.First(n => n != primary));
        }

        var judgement = await lab.JudgeAsync();
        RoundsTable.Save(_rounds, judgement);
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Empty(judgement.FailedReads);
        Assert.Equal(_rounds.Count, lab.Promotions);
        Assert.Equal(rounds, _rounds.Count(r => r.Fault == "kill"));
        Assert.All(lab.Cluster.Nodes, n => Assert.True(_reigns.GetValueOrDefault(n.Name) >= least, $"{n.Name} was primary {_reigns.GetValueOrDefault(n.Name)} times"));
        Assert.All(lab.Cluster.Nodes, n => Assert.Contains(judgement.Primaries, p => p.Node == n.Name));

        await lab.StopCoordinatorsAsync();
        await AssertAllNodesAreOneAsync(lab.Cluster);
        await AssertNothingIsLeftBehindAsync(lab.Cluster);
    }

    private async Task<PostgresNode> KillAndRejoinAsync(FailoverLab lab, PostgresNode primary)
    {
        await lab.UntilAckedAsync(100);
        var (term, _) = await lab.PrimaryAsync();
        lab.FaultBegins("kill", primary);
        await primary.KillAsync(Cancelled);
        await FailoverLab.UntilAsync("an ack elsewhere", () => Task.FromResult(lab.Workload.AckedWrites.LastOrDefault()?.Node != primary.Name));
        return await RejoinAsync(lab, "kill", primary, (await lab.PrimaryAsync(above: term, otherThan: primary)).Primary);
    }

    private async Task<PostgresNode> SwitchOverAndRejoinAsync(FailoverLab lab, PostgresNode primary, PostgresNode target)
    {
        await lab.UntilAckedAsync(100);
        var (term, _) = await lab.PrimaryAsync();
        lab.FaultBegins("switchover", primary);
        await SwitchoverRow.AskAsync(lab, primary, target.Name);
        return await RejoinAsync(lab, "switchover", primary, (await lab.PrimaryAsync(above: term, otherThan: primary)).Primary);
    }

    /// <summary>Without leave to give anything up: with synchronous replication a killed primary holds nothing that was acked and is not elsewhere.</summary>
    private async Task<PostgresNode> RejoinAsync(FailoverLab lab, string fault, PostgresNode former, PostgresNode successor)
    {
        Assert.NotEqual(former, successor);
        _reigns[successor.Name] = _reigns.GetValueOrDefault(successor.Name) + 1;
        await lab.UntilAckedAsync(20);
        var startedAt = TimeProvider.System.GetTimestamp();
        var result = await lab.Cluster.RejoinAsync(former, discards: false, Cancelled);
        _rounds.Add(new(fault, former.Name, successor.Name, result.Method, result.Reason, TimeProvider.System.GetElapsedTime(startedAt)));
        lab.FaultEnds(fault, former);
        Assert.Equal(successor.Name, result.Primary);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        return successor;
    }

    private List<(PostgresNode Node, int Count)> Missing(FailoverLab lab, int least) =>
        [.. lab.Cluster.Nodes.Select(n => (n, least - _reigns.GetValueOrDefault(n.Name))).Where(n => n.Item2 > 0).OrderByDescending(n => n.Item2)];

    private static async Task AssertAllNodesAreOneAsync(PostgresCluster cluster)
    {
        var (position, contents) = await NodeContents.ReadAtOnePositionAsync(cluster);
        var expected = contents["n1"];
        Assert.Contains("postgres: haconnect.term", expected.Keys);
        Assert.Contains("postgres: haconnect.audit", expected.Keys);
        Assert.Contains("app: public.writes", expected.Keys);
        foreach (var (node, tables) in contents)
        {
            Assert.Equal(expected.Keys, tables.Keys);
            Assert.All(tables, t => Assert.True(expected[t.Key].SequenceEqual(t.Value, StringComparer.Ordinal),
                $"{t.Key}: {node} has other rows than n1: {string.Join(" | ", t.Value.Except(expected[t.Key], StringComparer.Ordinal).Take(5))} instead of {string.Join(" | ", expected[t.Key].Except(t.Value, StringComparer.Ordinal).Take(5))}"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"all nodes at {position}, with the same {expected.Sum(t => t.Value.Length)} rows in {expected.Count} tables of {expected.Keys.Select(k => k[..k.IndexOf(':', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal).Count()} databases");
    }

    private static async Task AssertNothingIsLeftBehindAsync(PostgresCluster cluster)
    {
        var folder = Path.GetDirectoryName(cluster["n1"].DataDirectory)!;
        Assert.Equal(cluster.Nodes.Select(n => n.DataDirectory), Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, "PG_VERSION"))).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder), e => Path.GetFileName(e).StartsWith('n') && Path.GetFileName(e).Contains("haconnect-", StringComparison.Ordinal));
        foreach (var node in cluster.Nodes)
        {
            Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(node.DataDirectory, "*", SearchOption.AllDirectories), e => Path.GetFileName(e) is var name && name.Contains("haconnect-", StringComparison.Ordinal) && name != "haconnect-node.conf");
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(node.DataDirectory, "pg_replslot")));
            Assert.Equal(0, await node.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots", Cancelled));
        }
    }
}

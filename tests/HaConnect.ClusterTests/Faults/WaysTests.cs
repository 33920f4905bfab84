using HaConnect.ClusterTests.Lab;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// Ordinary applications under load, each by another way to write, through failovers and switchovers in turn: the short of what <c>eng/ways.sh</c> runs at length. After
/// each the former primary is brought back as an operator would.
/// </summary>
public sealed class WaysTests : FaultTest
{
    [Theory]
    [InlineData("EntityFrameworkCore")]
    [InlineData("Dapper")]
    [InlineData("AdoNet")]
    public async Task FailoversAndSwitchovers_InTurn_NoRequestFailsNothingIsLostNorDoubled(string way)
    {
        Assert.SkipUnless(WaysTable.IsAskedFor(way), "another way is asked for");
        var rounds = WaysTable.Rounds ?? 1;
        var lab = await StartLabAsync(new LabOptions
        {
            Configure = (place, settings) =>
            {
                if (place == "c1")
                    settings["Workload__Way"] = way;
            },
        });
        for (var round = 1; round <= rounds; round++)
        {
            await ChangeAsync(lab, "kill", primary => primary.KillAsync(Cancelled));
            await ChangeAsync(lab, "switchover", async primary =>
            {
                var target = lab.Cluster.Nodes.First(n => n != primary);
                await SwitchoverRow.AskAsync(lab, primary, target.Name);
            });
        }

        var judgement = await lab.JudgeAsync();
        WaysTable.Add(way, rounds, judgement);
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Empty(judgement.FailedReads);
        Assert.Equal((0, 2 * rounds), (judgement.UnknownWrites, lab.Promotions));
    }

    private static async Task ChangeAsync(FailoverLab lab, string name, Func<PostgresNode, Task> change)
    {
        await lab.UntilAckedAsync(100);
        var (term, primary) = await lab.PrimaryAsync();
        lab.FaultBegins(name, primary);
        await change(primary);
        await FailoverLab.UntilAsync("an ack elsewhere", () => Task.FromResult(lab.Workload.AckedWrites.LastOrDefault()?.Node != primary.Name));
        await lab.PrimaryAsync(above: term, otherThan: primary);
        await lab.UntilAckedAsync(20);
        await lab.Cluster.RejoinAsync(primary, discards: false, Cancelled);
        lab.FaultEnds(name, primary);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
    }
}

using HaConnect.ClusterTests.Lab;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Planned switchovers, with three coordinators and clients that write all the time.</summary>
public sealed class SwitchoverFaultTests : FaultTest
{
    /// <summary>Told just before what they announce is asked of any server.</summary>
    private static readonly string[] Steps = [":switchover from", ":announced:", ":drained:", ":sealed:", ":caught up:", ":cut off:", ":promoted:", ":repointed:"];

    /// <summary>Fault 40: nobody notices but for a pause; each former primary is rejoined, and its turn comes again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Switchover_AgainAndAgain_NothingFailsAndNothingIsLost(int synchronous)
    {
        var runs = FaultTable.Runs ?? 3;
        var lab = await StartLabAsync(new LabOptions
        {
            Cluster = { SynchronousStandbys = synchronous },
            Configure = (_, settings) => settings["HaDatabase__Failover__RequiredSynchronousStandbys"] = $"{synchronous}",
        });
        for (var run = 1; run <= runs; run++)
        {
            await lab.UntilAckedAsync(100);
            var (term, primary) = await lab.PrimaryAsync();
            var target = lab.Cluster.Nodes.First(n => n != primary && n.Name != $"n{(run % 3) + 1}");
            lab.FaultBegins("switchover", primary);
            await SwitchoverRow.AskAsync(lab, primary, target.Name);
            Assert.Equal(target, (await lab.PrimaryAsync(above: term, otherThan: primary)).Primary);
            await lab.UntilAckedAsync(50);
            lab.FaultEnds("switchover", primary);
            await lab.Cluster.RejoinAsync(primary, Cancelled);
        }

        var judgement = await lab.JudgeAsync();
        FaultTable.Add($"switchover, k = {synchronous}", runs, judgement, lab);
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Empty(judgement.FailedReads);
        Assert.Equal((0, runs), (judgement.UnknownWrites, lab.Promotions));
    }

    /// <summary>Fault 40: whoever comes next finishes, or lets the former primary go on; nobody stays held up.</summary>
    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    public async Task CoordinatorGoneAtEachStep_IsFinishedOrCalledOff(string how)
    {
        var lab = await StartLabAsync();
        foreach (var step in Steps)
        {
            var coordinator = await lab.CoordinatorAsync();
            var (_, primary) = await lab.PrimaryAsync();
            lab.Arm(how + step);
            lab.FaultBegins(how + step, primary);
            await SwitchoverRow.AskAsync(lab, primary, lab.Cluster.Nodes.First(n => n != primary).Name);
            Assert.Equal(coordinator, await lab.UntilHitAsync());
            await lab.UntilAckedAsync(20);
            if (how == "kill")
                lab.Replace(coordinator);
            else
                coordinator.Resume();
            await FailoverLab.UntilAsync("the end of the switchover", async () =>
                await (await lab.PrimaryAsync()).Primary.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM haconnect.switchover WHERE ended_at IS NULL)", Cancelled));
            await lab.UntilAckedAsync(20);
            var now = (await lab.PrimaryAsync()).Primary;
            TestContext.Current.TestOutputHelper?.WriteLine($"{how}{step}: {(now == primary ? "called off" : "finished")}");
            foreach (var node in lab.Cluster.Nodes.Where(n => n != now))
            {
                // The former primary, or a target that was promoted and has not come into force.
                if (!await node.ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled))
                    await lab.Cluster.RejoinAsync(node, Cancelled);
            }

            await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
            await lab.UntilAckedAsync(20);
        }

        var judgement = await lab.JudgeAsync();
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
    }
}

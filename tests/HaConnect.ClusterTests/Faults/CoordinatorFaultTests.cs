using HaConnect.ClusterTests.Lab;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// Coordinators in trouble at every step of a failover: killed, frozen and resumed, some sessions ended. The next one finishes or reverts,
/// and nothing stays cut off. A sentence is told just before what it announces is asked of any server.
/// </summary>
public sealed class CoordinatorFaultTests : FaultTest
{
    private static readonly string[] NodeSettings = ["Name", "Host", "Port"];

    /// <summary>The last two are amid the decision, the preparation and the promotion.</summary>
    private static readonly string[] Steps =
        [":detected", ":is promised by", ":cut off:", ":is furthest", ":promoted:", ":repointed:", ":established:", "+30:is furthest", "+80:is furthest"];

    private static IEnumerable<string> EveryOtherStep => Steps.Where((_, i) => i % 2 == 0 || FaultTable.Long);

    /// <summary>Faults 18 and 19 among them.</summary>
    [Fact]
    public async Task Coordinator_KilledAtEachStep_TheNextOneFinishes()
    {
        var lab = await StartLabAsync();
        foreach (var step in Steps)
        {
            var (coordinator, primary) = await BreakAsync(lab, "kill" + step);
            await UntilWholeAsync(lab, primary);
            lab.Replace(coordinator);
        }

        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>At every step with <c>eng/faults.sh --all</c>. Fault 15 among them: it wakes when another has taken over, and believes that it holds its locks.</summary>
    [Fact]
    public async Task Coordinator_FrozenAtEachStepAndResumed_TheNextOneFinishesAndTheFormerDoesNoHarm()
    {
        var lab = await StartLabAsync();
        foreach (var step in EveryOtherStep)
        {
            var (coordinator, primary) = await BreakAsync(lab, "stop" + step);
            await lab.UntilAckedAsync(10);
            coordinator.Resume();
            await UntilWholeAsync(lab, primary);
        }

        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>At every step with <c>eng/faults.sh --all</c>. Fault 16.</summary>
    [Fact]
    public async Task Coordinator_LosesOneSessionAtEachStep_ItOrTheNextOneFinishes()
    {
        var lab = await StartLabAsync();
        foreach (var step in EveryOtherStep)
        {
            var (coordinator, primary) = await BreakAsync(lab, "stop" + step);
            var standby = lab.Cluster.Nodes.Last(n => n.IsRunning);
            await standby.ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'haconnect-coordinator'", Cancelled);
            coordinator.Resume();
            await UntilWholeAsync(lab, primary);
        }

        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>Fault 21: nobody saw what the promoted node had, so that it may come back or not.</summary>
    [Fact]
    public async Task PromotedNodeKilledBeforeItsTermIsEstablished_NobodyIsServedUntilItIsBack()
    {
        var lab = await StartLabAsync();
        var (coordinator, _) = await BreakAsync(lab, "stop:promoted:");
        var promoted = lab.Cluster[lab.Audit.Last(r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal)).Node!];
        await promoted.KillAsync(Cancelled);
        coordinator.Resume();
        var acked = lab.Workload.AckedWrites.Count();
        await FailoverLab.StaysAsync("nothing is acked", () => lab.Workload.AckedWrites.Count() == acked && lab.Promotions == 1, TimeSpan.FromSeconds(6));

        await promoted.StartAsync(Cancelled);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>A false alarm whose coordinator dies halfway: the primary is well again, and its standbys listen to nobody.</summary>
    [Fact]
    public async Task PrimaryFrozenAndBack_CoordinatorKilledAfterTheCutOff_WritesGoOn()
    {
        var lab = await StartLabAsync();
        var primary = lab.Cluster["n1"];
        lab.Arm("kill:cut off:");
        lab.FaultBegins("freeze", primary);
        await primary.FreezeAsync(Cancelled);
        await lab.UntilHitAsync();
        await primary.ThawAsync(Cancelled);
        lab.FaultEnds("freeze", primary);
        await lab.UntilAckedAsync(100);

        var now = (await lab.PrimaryAsync()).Primary;
        if (now != primary)
            await lab.Cluster.RejoinAsync(primary, Cancelled);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>Instances that know of two nodes only must not act, and must not keep the one that knows all from acting.</summary>
    [Fact]
    public async Task AllButOneInstanceWithAnOlderConfiguration_OnlyTheRightOneActs()
    {
        var lab = await StartLabAsync(new LabOptions
        {
            Configure = (place, settings) =>
            {
                if (place is "a2" or "a3")
                {
                    foreach (var name in NodeSettings)
                        settings.Remove($"HaDatabase__Nodes__2__{name}");
                }
            },
        });
        lab.FaultBegins("kill", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);

        // The right one is gone for a while: the others refuse, for as long as they are alone, and it finds its way back.
        var (_, primary) = await lab.PrimaryAsync();
        lab.Coordinators[0].Kill();
        lab.FaultBegins("kill while only the others are there", primary);
        await primary.KillAsync(Cancelled);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 1, TimeSpan.FromSeconds(5));
        lab.Replace(lab.Coordinators[0]);
        await lab.PrimaryAsync(above: 2);
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(2, lab.Promotions);
        Assert.DoesNotContain(lab.Coordinators.Skip(1).SelectMany(c => c.Audit), r => r.Term is not null);
    }

    private static async Task<(ApplicationProcess Coordinator, PostgresNode Primary)> BreakAsync(FailoverLab lab, string how)
    {
        await lab.CoordinatorAsync();
        var (_, primary) = await lab.PrimaryAsync();
        lab.Arm(how);
        lab.FaultBegins(how, primary);
        await primary.KillAsync(Cancelled);
        return (await lab.UntilHitAsync(), primary);
    }

    private static async Task UntilWholeAsync(FailoverLab lab, PostgresNode former)
    {
        await lab.UntilAckedAsync(20);
        await lab.Cluster.RejoinAsync(former, Cancelled);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        lab.FaultEnds("all", former);
        await lab.UntilAckedAsync(20);
    }
}

using HaConnect.ClusterTests.Lab;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// The same fault several times in a row on one cluster, with three coordinators: the short of what <c>eng/faults.sh</c> runs at length.
/// </summary>
public sealed class FaultSeriesTests : FaultTest
{
    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("freeze")]
    [InlineData("cut")]
    [InlineData("cut-with-coordinator")]
    [InlineData("kill-with-coordinator")]
    public async Task Fault_AgainAndAgain_OnePromotionEachAndNothingLost(string fault)
    {
        Assert.SkipUnless(FaultTable.IsAskedFor(fault), "another fault is asked for");
        var runs = FaultTable.Runs ?? 2;
        var isCut = fault.StartsWith("cut", StringComparison.Ordinal);
        // The clients of the second workload stay on the side of the primary that is cut off: they must be told nothing that is not true.
        var lab = await StartLabAsync(new LabOptions { HasNetwork = isCut, HasSecondWorkload = isCut });
        for (var run = 1; run <= runs; run++)
        {
            await lab.UntilAckedAsync(100);
            var coordinator = await lab.CoordinatorAsync();
            var (term, primary) = await lab.PrimaryAsync();
            lab.FaultBegins(fault, primary);
            await BreakAsync(lab, fault, primary, coordinator);

            // The clients tell when it is over: to ask the servers meanwhile would cost the time that is measured.
            await FailoverLab.UntilAsync("an ack elsewhere", () => Task.FromResult(lab.Workload.AckedWrites.LastOrDefault()?.Node != primary.Name));
            await lab.PrimaryAsync(above: term, otherThan: primary);
            await lab.UntilAckedAsync(20);
            await MendAsync(lab, fault, primary, coordinator);
        }

        var judgement = await lab.JudgeAsync();

        FaultTable.Add(fault, runs, judgement, lab);
        Assert.Empty(judgement.Violations);
        Assert.Equal(runs, lab.Promotions);
        Assert.Empty(judgement.FailedWrites);
    }

    private static async Task BreakAsync(FailoverLab lab, string fault, PostgresNode primary, ApplicationProcess coordinator)
    {
        switch (fault)
        {
            case "kill":
                await primary.KillAsync(Cancelled);
                break;
            case "stop":
                await primary.StopAsync(cancellationToken: Cancelled);
                break;
            case "freeze":
                await primary.FreezeAsync(Cancelled);
                break;
            case "cut":
                await lab.Network.IsolateAsync(primary.Name, "c2");
                break;
            case "cut-with-coordinator":
                await lab.Network.IsolateAsync(primary.Name, "c2", lab.PlaceOf(coordinator));
                break;
            case "kill-with-coordinator":
                coordinator.Kill();
                await primary.KillAsync(Cancelled);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault.");
        }
    }

    /// <summary>The former primary comes back to its former clients first, and is rejoined when they have gone on.</summary>
    private static async Task MendAsync(FailoverLab lab, string fault, PostgresNode primary, ApplicationProcess coordinator)
    {
        if (fault == "freeze")
            await primary.ThawAsync(Cancelled);
        if (fault.StartsWith("cut", StringComparison.Ordinal))
        {
            await lab.Network.MendAsync();
            await FailoverLab.UntilAsync("an ack of the new primary to those who were cut off", () => Task.FromResult(lab.SecondWorkload!.AckedWrites.LastOrDefault()?.Node != primary.Name));
        }

        lab.FaultEnds(fault, primary);
        if (fault == "kill-with-coordinator")
            lab.Replace(coordinator);
        await lab.Cluster.RejoinAsync(primary, Cancelled);
    }
}

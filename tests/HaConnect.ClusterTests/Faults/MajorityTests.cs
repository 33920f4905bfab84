using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>
/// Instances from whose sight the voters go, with asynchronous replication, where an old primary acks what will be lost:
/// Failover.WithoutMajority. The second workload is cut off together with it.
/// </summary>
public sealed class MajorityTests : FaultTest
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CutFor = TimeSpan.FromSeconds(20);

    /// <summary>What is acked on the wrong side is lost; refused, there is no more of it, and the others and the time after it are not concerned.</summary>
    [Theory]
    [InlineData(WithoutMajorityAccess.Refuse)]
    [InlineData(WithoutMajorityAccess.Allow)]
    public async Task PrimaryCutOffTogetherWithClients_TheyAreAckedNothingMoreWhereWritesAreRefused(WithoutMajorityAccess writes)
    {
        var lab = await StartAsync(new PostgresClusterOptions { SynchronousStandbys = 0 }, (place, settings) =>
        {
            settings["HaDatabase__Failover__WithoutMajority__Writes"] = $"{writes}";
            if (place == "c2")
                settings["HaDatabase__Connections__WaitTimeout"] = "00:00:08";
        });
        var cutAt = HistoryRecorder.Now;
        lab.FaultBegins("cut", lab.Cluster["n1"]);
        await lab.Network.IsolateAsync("n1", "c2");
        await UntilToldAsync(lab.SecondWorkload!);
        var toldAt = HistoryRecorder.Now;
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        if (writes == WithoutMajorityAccess.Refuse)
        {
            // Connections that were in hands then may still bring an ack.
            await FailoverLab.UntilAsync("a refused write", () => Task.FromResult(lab.SecondWorkload!.Events.OfType<Failed>().Any(f => f.At > toldAt)));
            var acked = lab.SecondWorkload!.AckedWrites.Count();
            await FailoverLab.StaysAsync("no ack of the old primary", () => lab.SecondWorkload.AckedWrites.Count() == acked, Rest(cutAt));
            Assert.All(lab.SecondWorkload.Events.OfType<Failed>().Where(f => f.Client.StartsWith("once", StringComparison.Ordinal)), f =>
            {
                Assert.StartsWith("NoPrimaryException: No primary could be used within 00:00:08", f.Why, StringComparison.Ordinal);
                Assert.Contains("this instance sees only 1 of 3 voters (n1), and those it does not see could have elected another primary: n2 (no answer in time), n3 (no answer in time)", f.Why, StringComparison.Ordinal);
            });
        }
        else
        {
            await FailoverLab.StaysAsync("the cut", () => true, Rest(cutAt));
            Assert.True(Acked(lab, "n1", toldAt) >= 50, "the old primary acks, which is what the option is about");
        }

        await lab.Network.MendAsync();
        var mendedAt = HistoryRecorder.Now;
        await FailoverLab.UntilAsync("an ack of the new primary to those who were cut off", () => Task.FromResult(lab.SecondWorkload!.AckedWrites.LastOrDefault() is { Node: not "n1" }));
        var back = HistoryRecorder.Now;
        lab.FaultEnds("cut", lab.Cluster["n1"]);
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);
        await lab.UntilAckedAsync(50);

        var judgement = await lab.JudgeAsync();
        Print($"writes {writes}: told {Seconds(toldAt - cutAt)} after the cut; {Acked(lab, "n1", cutAt)} acked by n1 after the cut, the last {Seconds(LastAck(lab) - cutAt)} after it; "
            + $"{judgement.Count(ViolationKind.LostWrite)} of all acked writes lost; acked by the new primary {Seconds(back - mendedAt)} after the cut had ended");
        Assert.Equal(1, lab.Promotions);
        Assert.All(judgement.Violations, v => Assert.True(v.Kind is ViolationKind.LostWrite or ViolationKind.TwoPrimariesAck or ViolationKind.StaleRead, v.ToString()));
        Assert.DoesNotContain(lab.Workload.Events, e => e is Failed);
        Assert.Empty(Told(lab.Workload));
    }

    /// <summary>Primary and witness are two of three, until the witness speaks for another primary: it is in sight of both sides here.</summary>
    [Fact]
    public async Task TwoNodesAndWitness_PrimaryAndWitnessAreEnoughUntilTheWitnessHasAcceptedAnother()
    {
        var lab = await StartAsync(new PostgresClusterOptions { Standbys = 1, Witnesses = 1, SynchronousStandbys = 0 });
        foreach (var lost in new[] { lab.Cluster["n2"], lab.Cluster["w1"] })
        {
            lab.FaultBegins("kill", lost);
            await lost.KillAsync(Cancelled);
            await StaysUntoldAsync(lab);
            await lost.StartAsync(Cancelled);
            lab.FaultEnds("kill", lost);
            await lab.UntilAckedAsync(20);
        }

        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await lab.CoordinatorAsync();
        await StaysUntoldAsync(lab);
        lab.FaultBegins("cut", lab.Cluster["n1"]);
        await lab.Network.CutAsync(["n1", "c2"], ["n2", "a1", "a2", "a3", "c1"]);
        await lab.PrimaryAsync(above: 1);
        await UntilToldAsync(lab.SecondWorkload!);
        Assert.Contains("this instance sees only 1 of 3 voters (n1), and those it does not see could have elected another primary: n2 (no answer in time), w1 (it has accepted n2 as the primary of term 2)",
            Assert.Single(Told(lab.SecondWorkload!)), StringComparison.Ordinal);
        await lab.UntilAckedAsync(50);

        await lab.Network.MendAsync();
        await FailoverLab.UntilAsync("an ack of the new primary to those who were cut off", () => Task.FromResult(lab.SecondWorkload!.AckedWrites.LastOrDefault() is { Node: "n2" }));
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);
        await lab.UntilAckedAsync(50);

        // Now from all: one of three is in sight.
        var (term, primary) = await lab.PrimaryAsync();
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await lab.CoordinatorAsync();
        lab.FaultBegins("cut from all", primary);
        await lab.Network.IsolateAsync(primary.Name, "c2");
        await FailoverLab.UntilAsync("the next warning", () => Task.FromResult(Told(lab.SecondWorkload!).Count == 2));
        Assert.Contains($"sees only 1 of 3 voters ({primary.Name})", Told(lab.SecondWorkload!)[1], StringComparison.Ordinal);
        await lab.PrimaryAsync(above: term);
        await lab.Network.MendAsync();
        await FailoverLab.UntilAsync("an ack of the new primary to those who were cut off", () => Task.FromResult(lab.SecondWorkload!.AckedWrites.LastOrDefault() is { Node: var node } && node != primary.Name));
        await lab.Cluster.RejoinAsync(primary, Cancelled);
        await lab.UntilAckedAsync(50);

        var judgement = await lab.JudgeAsync();
        Assert.All(judgement.Violations, v => Assert.True(v.Kind is ViolationKind.LostWrite or ViolationKind.TwoPrimariesAck or ViolationKind.StaleRead, v.ToString()));
        Assert.Equal(2, lab.Promotions);
        Assert.Empty(Told(lab.Workload));
    }

    /// <summary>With synchronous replication: commits in the cut hang as ever, and what would come after them is refused.</summary>
    [Fact]
    public async Task Synchronous_OneStandbyDownThenPrimaryCutOffWithClients_OnlyTheLatterIsRefusedAndNothingIsLost()
    {
        var lab = await StartAsync(new PostgresClusterOptions());
        lab.FaultBegins("kill", lab.Cluster["n3"]);
        await lab.Cluster["n3"].KillAsync(Cancelled);
        await StaysUntoldAsync(lab);
        await lab.Cluster["n3"].StartAsync(Cancelled);
        await lab.Cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await lab.CoordinatorAsync();

        lab.FaultBegins("cut", lab.Cluster["n1"]);
        await lab.Network.IsolateAsync("n1", "c2");
        await UntilToldAsync(lab.SecondWorkload!);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        await lab.Network.MendAsync();
        await FailoverLab.UntilAsync("an ack of the new primary to those who were cut off", () => Task.FromResult(lab.SecondWorkload!.AckedWrites.LastOrDefault() is { Node: not "n1" }));
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);
        await lab.UntilAckedAsync(50);

        var judgement = await lab.JudgeAsync();
        Assert.Empty(judgement.Violations);
        Assert.Empty(judgement.FailedWrites);
        Assert.Equal(1, lab.Promotions);
        Assert.Empty(Told(lab.Workload));
    }

    private Task<FailoverLab> StartAsync(PostgresClusterOptions cluster, Action<string, Dictionary<string, string>>? configure = null) => StartLabAsync(new LabOptions
    {
        HasNetwork = true,
        HasSecondWorkload = true,
        Cluster = cluster,
        Configure = (place, settings) =>
        {
            settings["HaDatabase__Failover__RequiredSynchronousStandbys"] = $"{cluster.SynchronousStandbys}";
            settings["HaDatabase__Failover__WithoutMajority__Timeout"] = $"{Timeout}";
            configure?.Invoke(place, settings);
        },
    });

    /// <summary>For so long that it would be told three times, and writes go on.</summary>
    private static async Task StaysUntoldAsync(FailoverLab lab)
    {
        await FailoverLab.StaysAsync("nobody is without a majority", () => Told(lab.Workload).Count + Told(lab.SecondWorkload!).Count == 0, Timeout * 3);
        await lab.UntilAckedAsync(50);
    }

    private static Task UntilToldAsync(WorkloadProcess workload) => FailoverLab.UntilAsync("the warning that too few voters are in sight", () => Task.FromResult(Told(workload).Count > 0));

    private static IReadOnlyList<string> Told(WorkloadProcess workload) => workload.Application.LogOf(1009);

    private static int Acked(FailoverLab lab, string node, long after) => lab.SecondWorkload!.AckedWrites.Count(a => a.Node == node && a.At > after);

    private static long LastAck(FailoverLab lab) => lab.SecondWorkload!.AckedWrites.Last(a => a.Node == "n1").At;

    private static TimeSpan Rest(long cutAt) => TimeSpan.FromTicks(Math.Max(0, CutFor.Ticks - ((HistoryRecorder.Now - cutAt) / 100)));

    private static string Seconds(long nanoseconds) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.00} s");

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}

using HaConnect.ClusterTests.Lab;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Fault 34: links before every server that are late by 200 ms each way and lose a fifth of what is sent.</summary>
public sealed class SlowNetworkTests : FaultTest
{
    [Fact]
    public async Task SlowAndLossyLinks_NoFailoverThenNorAfterwards()
    {
        var lab = await StartLabAsync(new LabOptions
        {
            HasNetwork = true,
            BehindLinks = new HashSet<string>(StringComparer.Ordinal) { "n1", "n2", "n3" },
            Configure = (_, settings) => settings["HaDatabase__Failover__WithoutMajority__Timeout"] = "00:00:05",
        });
        lab.FaultBegins("slow and lossy");
        await lab.SetLinksAsync(delayMs: 200, lossPercent: 20);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, FaultTable.Long ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(20));
        Assert.All(lab.Coordinators.Append(lab.Workload.Application), a => Assert.Empty(a.LogOf(1009))); // what is slow is in sight
        await lab.SetLinksAsync(delayMs: 0, lossPercent: 0);
        lab.FaultEnds("slow and lossy");
        await lab.UntilAckedAsync(100);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(4));

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(0, lab.Promotions);
    }
}

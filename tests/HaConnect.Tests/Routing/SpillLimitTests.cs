using HaConnect.Routing;

namespace HaConnect.Tests.Routing;

public sealed class SpillLimitTests
{
    [Theory]
    [InlineData(0.2, 1000, 210)] // and the burst
    [InlineData(0.05, 1000, 60)]
    [InlineData(0.0, 1000, 0)]
    public void EveryReadWouldSpill_ItsShareOfThemMay(double share, int reads, int expected)
    {
        var limit = new SpillLimit(share);
        Assert.InRange(Enumerable.Range(0, reads).Count(_ => Spills(limit)), expected - 1, expected);
    }

    [Fact]
    public void NoReadSpilledForLong_NoMoreThanTheBurstIsSaved()
    {
        var limit = new SpillLimit(0.1);
        for (var i = 0; i < 10_000; i++)
            limit.Earn();
        Assert.Equal(SpillLimit.Burst, Enumerable.Range(0, 100).Count(_ => limit.TrySpend()));
    }

    [Fact]
    public void Of_NoLimit_IsNone() => Assert.Null(SpillLimit.Of(new RoutingOptions()));

    private static bool Spills(SpillLimit limit)
    {
        limit.Earn();
        return limit.TrySpend();
    }
}

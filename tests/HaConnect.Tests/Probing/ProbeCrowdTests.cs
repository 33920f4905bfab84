using HaConnect.Probing;

namespace HaConnect.Tests.Probing;

public sealed class ProbeCrowdTests
{
    [Theory]
    [InlineData(100, 25)]
    [InlineData(400, 100)]
    [InlineData(3, 1)] // somebody must be able to watch
    public void Seats_MaxConnections_AreAQuarter(int maxConnections, int seats)
    {
        Assert.Equal(seats, new ProbeCrowd(0, maxConnections, null).Seats);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(24, true)]
    [InlineData(25, false)]
    [InlineData(99, false)]
    public void HasSeat_OlderSessions_TheOldestQuarterHasThem(int older, bool hasSeat)
    {
        Assert.Equal(hasSeat, new ProbeCrowd(older, 100, null).HasSeat);
    }
}

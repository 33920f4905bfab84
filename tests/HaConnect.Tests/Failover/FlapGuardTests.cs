using System.Globalization;
using HaConnect.Failover;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

public sealed class FlapGuardTests
{
    [Theory]
    // With at most 3 within 10 minutes: how many minutes ago each server says that failovers were, and when the next is possible.
    [InlineData("", null)]
    [InlineData("1 2", null)]
    [InlineData("1 2 3", 7)]
    [InlineData("1 2 3 4", 7)]
    [InlineData("1 2 10", null)]
    [InlineData("1 2 9", 1)]
    [InlineData("-5 1 2", 8)] // a clock is 5 minutes ahead: it counts
    [InlineData("-5 -5 -5", 15)]
    [InlineData("-60 1 2", null)] // an hour ahead: it says nothing
    [InlineData("1 2 3 | -59 -58 -57", 7)] // a server whose clock was stepped back by an hour sees none
    [InlineData("61 62 63 | 1 2 3", 7)] // one whose clock was stepped forward neither
    public void WhyRefused_Failovers_CountWithinTheWindow(string minutesAgo, int? possibleIn)
    {
        var cluster = new Cluster { MaxFailovers = 3 };
        var now = Given.Started;
        var state = FailoverState.Initial(cluster.Settings("i"));
        foreach (var (ages, node) in minutesAgo.Split(" | ").Zip(["a", "b"]))
        {
            var failovers = ages.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => now - TimeSpan.FromMinutes(int.Parse(a, CultureInfo.InvariantCulture)));
            state = state.With(node, v => v with { HoldsLock = true, Record = cluster[node].Record(state.Settings, now) with { Failovers = [.. failovers] } });
        }

        var why = FlapGuard.WhyRefused(state);
        if (possibleIn is { } minutes)
            Assert.StartsWith($"Failover.MaxFailovers = 3 within Failover.FailoverWindow = 00:10:00 is reached; the next failover is possible at {now.AddMinutes(minutes):u} ", why, StringComparison.Ordinal);
        else
            Assert.Null(why);
    }
}

using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class ReplicationStallTests
{
    [Theory]
    // synchronous_standby_names, who is connected (+ streams, ~ is catching up), what is said.
    [InlineData("", "", null)]
    [InlineData("ANY 1 (a,b)", "a+ b+", null)]
    [InlineData("ANY 1 (a,b)", "b+", null)]
    [InlineData("ANY 1 (a,b)", "B+", null)] // PostgreSQL compares without regard to case
    [InlineData("ANY 1 (a,b)", "", "1 of a, b must flush them, but none streams")]
    [InlineData("ANY 1 (a,b)", "c+", "1 of a, b must flush them, but none streams")]
    [InlineData("ANY 1 (a,b)", "a~", "1 of a, b must flush them, but none streams")]
    [InlineData("ANY 2 (a,b,c)", "a+ d+", "2 of a, b, c must flush them, but only a streams")]
    [InlineData("FIRST 2 (a,b,c)", "b+ c+", null)]
    [InlineData("a", "b+", "1 of a must flush them, but none streams")]
    [InlineData("*", "x+", null)]
    [InlineData("*", "", "1 of * must flush them, but none streams")]
    public void Of_Primary_CountsTheStreamingStandbysThatAreNamed(string names, string senders, string? expected)
    {
        var state = Given.Primary() with
        {
            SynchronousStandbyNames = names,
            Senders = [.. senders.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => new SenderState(s[..^1], null, s[^1] == '+' ? "streaming" : "catchup", null, null))],
        };
        var stall = ReplicationStall.Of(state);
        if (expected is null)
            Assert.Null(stall);
        else
            Assert.Equal($"replication is stalled, commits wait: {expected}", stall);
    }

    [Fact]
    public void Of_UserThatMayNotSeeTheStandbys_ClaimsNothing() =>
        Assert.Null(ReplicationStall.Of(Given.Primary() with { SynchronousStandbyNames = "a", SeesStatistics = false, Senders = [new SenderState("a", null, null, null, null)] }));

    [Fact]
    public void Of_Standby_HasNoCommits() => Assert.Null(ReplicationStall.Of(Given.Standby() with { SynchronousStandbyNames = "a" }));
}

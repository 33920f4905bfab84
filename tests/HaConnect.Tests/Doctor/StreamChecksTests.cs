using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class StreamChecksTests
{
    [Theory]
    [InlineData("streaming", 1, null)]
    [InlineData("", 1, null)] // it may not be seen
    [InlineData(null, 2, "standby-not-streaming")]
    [InlineData("waiting", 1, "standby-left-behind")]
    public void Find_Receiver_IsJudged(string? receiver, int timeline, string? code)
    {
        var seen = Healthy.Cluster().WithState("p", s => s with { Timeline = 2 }).WithState("a", s => s with { Receiver = receiver, Timeline = timeline });
        Assert.Equal(code is null ? [] : [code], Healthy.Problems(seen).Select(f => f.Code));
    }

    [Theory]
    [InlineData("A", false, null)] // PostgreSQL compares names regardless of case
    [InlineData("pg_receivewal", false, null)]
    [InlineData("sub", true, null)]
    [InlineData("db4:5432", false, null)] // it is discovered by that name
    [InlineData("stranger", false, "standby-not-configured")]
    public void Find_Sender_IsKnownOrTold(string name, bool isLogical, string? code)
    {
        var seen = Healthy.Cluster().WithState("p", s => s with { Senders = [new(name, "r", "", "streaming", IsLocal: true, IsEncrypted: false, isLogical)] });
        Assert.Equal(code is null ? [] : [code], Healthy.Problems(seen).Select(f => f.Code));
    }
}

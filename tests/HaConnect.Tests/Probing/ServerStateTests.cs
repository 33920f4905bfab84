using HaConnect.Probing;

namespace HaConnect.Tests.Probing;

public sealed class ServerStateTests
{
    [Theory]
    // receiver, status, age of the last message in ms, wal_receiver_timeout in ms
    [InlineData(true, "streaming", 100, 2000, true)]
    [InlineData(true, "streaming", 1999, 2000, true)]
    [InlineData(true, "streaming", 2000, 2000, false)]
    [InlineData(true, "streaming", 60000, 0, true)] // without time-out only the receiver itself can tell
    [InlineData(true, "streaming", null, 2000, null)] // not visible to this user
    [InlineData(true, "starting", 100, 2000, false)] // it may be knocking at a frozen server
    [InlineData(true, "waiting", 100, 2000, false)]
    [InlineData(true, "stopping", 100, 2000, false)]
    [InlineData(true, null, null, 2000, null)]
    [InlineData(false, null, null, 2000, false)]
    public void HearsUpstream_Standby_WhileItStreamsAndTheLastMessageIsYoung(bool receiver, string? status, int? age, int timeout, bool? expected)
    {
        var state = Given.Standby() with
        {
            HasReceiver = receiver,
            ReceiverStatus = status,
            LastMessageAge = age is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            WalReceiverTimeout = TimeSpan.FromMilliseconds(timeout),
        };
        Assert.Equal(expected, state.HearsUpstream);
    }

    [Fact]
    public void HearsUpstream_Primary_HearsNobody() => Assert.False(Given.Primary().HearsUpstream);

    [Theory]
    [InlineData("sync", true)]
    [InlineData("quorum", true)]
    [InlineData("potential", false)]
    [InlineData("async", false)]
    [InlineData(null, false)]
    public void SenderState_SyncState_TellsWhoMustAck(string? state, bool expected) =>
        Assert.Equal(expected, new SenderState("a", null, "streaming", state, null).IsSynchronous);
}

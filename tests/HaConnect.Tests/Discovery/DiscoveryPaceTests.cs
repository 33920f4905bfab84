using HaConnect.Discovery;

namespace HaConnect.Tests.Discovery;

public sealed class DiscoveryPaceTests
{
    private static readonly ClusterSnapshot s_peace = Given.Snapshot(Given.Seen(Given.Node(0), senders: Given.Sender("n2")));
    private static readonly ClusterSnapshot s_lost = Given.Snapshot(null, Given.Seen(Given.Node(0), NodeReachability.Unreachable));
    private static readonly ClusterSnapshot s_silent = Given.Snapshot(Given.Seen(Given.Node(0), NodeReachability.Suspect, Given.Sender("n2")));

    [Theory]
    [InlineData(30, 30, 2)]
    [InlineData(1, 1, 1)]
    public void After_Trouble_IsSoon(int interval, int inPeace, int inTrouble)
    {
        int Seconds(ClusterSnapshot snapshot) => (int)DiscoveryPace.After(snapshot, TimeSpan.FromSeconds(interval)).TotalSeconds;
        Assert.Equal((inPeace, inTrouble, inTrouble), (Seconds(s_peace), Seconds(s_lost), Seconds(s_silent)));
    }

    [Fact]
    public void Hurries_PrimaryLost_OnceOnly()
    {
        Assert.True(DiscoveryPace.Hurries(s_peace, s_silent));
        Assert.True(DiscoveryPace.Hurries(s_peace, s_lost));
        Assert.False(DiscoveryPace.Hurries(s_silent, s_lost));
        Assert.False(DiscoveryPace.Hurries(s_lost, s_lost));
        Assert.False(DiscoveryPace.Hurries(s_silent, s_peace));
    }

    [Theory]
    [InlineData("n2", "n2", false)]
    [InlineData("n2", "n2 n3", true)]
    [InlineData("n2 n3", "n3", true)]
    [InlineData("", "n2", true)]
    [InlineData("n2", "n2 copying", false)] // a base backup is no standby yet
    public void Hurries_OtherStandbysStream_AtOnce(string before, string after, bool expected) =>
        Assert.Equal(expected, DiscoveryPace.Hurries(With(before), With(after)));

    private static ClusterSnapshot With(string standbys) => Given.Snapshot(Given.Seen(Given.Node(0), senders:
        [.. standbys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Given.Sender(s, s == "copying" ? "backup" : "streaming"))]));
}

using DnsClient;
using HaConnect.Discovery;

namespace HaConnect.ClusterTests.Discovery;

public sealed class SrvRecordsTests
{
    private const string Name = "_postgresql._tcp.example.test";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DiscoverAsync_EachTarget_IsANode()
    {
        await using var server = new NameServer(Name) { Records = [("db2.example.test", 5433), ("db1.example.test", 5432), ("db2.example.test", 5433)] };
        var nodes = await new SrvRecords(Name, server.Address) { Zone = "east" }.DiscoverAsync(null!, Cancelled);
        Assert.Equal(["db1.example.test 5432 east", "db2.example.test 5433 east"], nodes.Select(n => $"{n.Host} {n.Port} {n.Zone}"));
        Assert.All(nodes, n => Assert.Null(n.CertificateHost)); // the certificate bears the target's name
    }

    [Fact]
    public async Task DiscoverAsync_EachTime_AsksAnew()
    {
        await using var server = new NameServer(Name) { Records = [("db1.example.test", 5432)] };
        var discovery = new SrvRecords(Name, server.Address);
        Assert.Single(await discovery.DiscoverAsync(null!, Cancelled));
        server.Records = [("db1.example.test", 5432), ("db2.example.test", 5432)];
        Assert.Equal(2, (await discovery.DiscoverAsync(null!, Cancelled)).Count);
    }

    [Fact]
    public async Task DiscoverAsync_NoAnswerThatNamesANode_Throws()
    {
        await using var server = new NameServer(Name);
        var discovery = new SrvRecords(Name, server.Address);
        Assert.Contains($"{Name} has no SRV record", (await Assert.ThrowsAsync<InvalidOperationException>(() => discovery.DiscoverAsync(null!, Cancelled))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DnsResponseException>(() => new SrvRecords("_postgresql._tcp.other.test", server.Address).DiscoverAsync(null!, Cancelled));
        server.IsSilent = true;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => discovery.DiscoverAsync(null!, deadline.Token));
    }

    [Fact]
    public Task DnsAddresses_NameThatDoesNotExist_Throws() =>
        Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => new DnsAddresses("no-such-name.invalid").DiscoverAsync(null!, Cancelled));

    [Fact]
    public void New_NoName_IsRefused() => Assert.Throws<ArgumentException>(() => new SrvRecords(" "));
}

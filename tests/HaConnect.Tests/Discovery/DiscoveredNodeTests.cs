using System.Net;
using HaConnect.Discovery;

namespace HaConnect.Tests.Discovery;

public sealed class DiscoveredNodeTests
{
    [Fact]
    public void Name_LeftOut_IsHostAndPort()
    {
        Assert.Equal("db1:5432", new DiscoveredNode("db1").Name);
        Assert.Equal("[::1]:5433", new DiscoveredNode("::1", 5433).Name);
        Assert.Equal("n1", new DiscoveredNode("db1") { Name = "n1" }.Name);
    }

    [Theory]
    [InlineData("", 5432, "host", "")]
    [InlineData("db1,db2", 5432, "db1,db2", "Make one node of each")]
    [InlineData("db1", 0, "0", "1 to 65535")]
    [InlineData("db1", 65536, "65536", "1 to 65535")]
    public void New_BadInput_IsRefusedByName(string host, int port, string value, string remedy)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => new DiscoveredNode(host, port));
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListedHosts_AreThese()
    {
        var nodes = await new ListedHosts("db4, db5:5433,[::1]:5434", "east").DiscoverAsync(Given.Snapshot(null), TestContext.Current.CancellationToken);
        Assert.Equal(["db4 5432 east", "db5 5433 east", "::1 5434 east"], nodes.Select(n => $"{n.Host} {n.Port} {n.Zone}"));
        Assert.Contains("names no host", Assert.Throws<ArgumentException>(() => new ListedHosts(",")).Message, StringComparison.Ordinal);
        Assert.Contains("db4:x", Assert.Throws<FormatException>(() => new ListedHosts("db4:x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DnsAddresses_EachOnce_BearTheCertificateOfTheName()
    {
        var nodes = new DnsAddresses("db.example", 5433) { Zone = "east" }.NodesOf([IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.IPv6Loopback]);
        Assert.Equal(["10.0.0.1:5433", "10.0.0.2:5433", "[::1]:5433"], nodes.Select(n => n.Name));
        Assert.All(nodes, n => Assert.Equal(("db.example", "east"), (n.CertificateHost, n.Zone)));
    }

    [Fact]
    public void DnsAddresses_OfAnAddress_IsRefused() =>
        Assert.Contains("'10.0.0.1' is an address", Assert.Throws<ArgumentException>(() => new DnsAddresses("10.0.0.1")).Message, StringComparison.Ordinal);
}

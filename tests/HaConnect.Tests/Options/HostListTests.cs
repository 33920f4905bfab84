using HaConnect.Options;

namespace HaConnect.Tests.Options;

public sealed class HostListTests
{
    [Theory]
    [InlineData("db1", "db1|5432")]
    [InlineData("db1:5433", "db1|5433")]
    [InlineData("db1,db2:5433, db3 ", "db1|5432 db2|5433 db3|5432")]
    [InlineData("10.0.0.1:6000,10.0.0.2", "10.0.0.1|6000 10.0.0.2|5432")]
    [InlineData("::1", "::1|5432")]
    [InlineData("[::1]", "::1|5432")]
    [InlineData("[::1]:5434", "::1|5434")]
    [InlineData("fe80::1:2,[fe80::3]:7000", "fe80::1:2|5432 fe80::3|7000")]
    [InlineData("db1,,db2,", "db1|5432 db2|5432")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("  ", "")]
    public void Parse_Hosts_GiveHostAndPortEach(string? hosts, string expected) =>
        Assert.Equal(expected, string.Join(' ', HostList.Parse(hosts, 5432).Select(h => $"{h.Host}|{h.Port}")));

    [Theory]
    [InlineData("db1:")]
    [InlineData("db1:x")]
    [InlineData("db1:0")]
    [InlineData("db1:65536")]
    [InlineData("db1:-1")]
    [InlineData("[::1]:70000")]
    public void Parse_PortThatIsNone_IsRefusedNamingTheHost(string hosts)
    {
        var e = Assert.Throws<FormatException>(() => HostList.Parse("ok," + hosts, 5432));
        Assert.Contains(hosts, e.Message, StringComparison.Ordinal);
    }
}

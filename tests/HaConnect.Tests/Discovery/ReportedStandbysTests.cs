using HaConnect.Discovery;
using HaConnect.Probing;

namespace HaConnect.Tests.Discovery;

public sealed class ReportedStandbysTests
{
    [Theory]
    [InlineData("db4:5433", "streaming", "db4 5433")]
    [InlineData("10.0.0.4:5432", "streaming", "10.0.0.4 5432")]
    [InlineData("[fe80::4]:5432", "streaming", "fe80::4 5432")]
    [InlineData("db4:5433", "catchup", null)]
    [InlineData("db4:5433", null, null)]
    [InlineData("walreceiver", "streaming", null)]
    [InlineData("pg_basebackup", "backup", null)]
    [InlineData("db4:port", "streaming", null)]
    [InlineData(":5432", "streaming", null)]
    [InlineData("a:1,b:2", "streaming", null)]
    [InlineData("", "streaming", null)]
    public void Of_SenderOfAPrimary_IsANodeWhereItsNameIsAnAddress(string name, string? state, string? expected)
    {
        var primary = Given.Facts(Given.Node(0)).Answers(Given.Primary() with { Senders = [new SenderState(name, "10.0.0.4", state, "async", null)] });
        var found = ReportedStandbys.Of(primary).ToList();
        Assert.Equal(expected, found is [var (_, host, port)] ? $"{host} {port}" : null);
        Assert.All(found, f => Assert.Equal(name, f.Name));
    }

    [Fact]
    public void Of_Standby_ReportsNobody()
    {
        // What a standby cascades is found when it is promoted, not before.
        var standby = Given.Facts(Given.Node(0)).Answers(Given.Standby() with { Senders = [new SenderState("db4:5433", null, "streaming", "async", null)] });
        Assert.Empty(ReportedStandbys.Of(standby));
        Assert.Empty(ReportedStandbys.Of(Given.Facts(Given.Node(0))));
    }
}

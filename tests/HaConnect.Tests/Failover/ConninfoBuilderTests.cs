using HaConnect.Failover;
using HaConnect.Options;

namespace HaConnect.Tests.Failover;

public sealed class ConninfoBuilderTests
{
    private static readonly ConfiguredNode[] s_nodes = [new("a", "db1", 5432, 0), new("b", "db2", 5433, 0), new("c", "fe80::3", 5432, 0)];

    [Fact]
    public void Build_UserOnly_LeadsToThePrimaryUnderTheStandbysName() =>
        Assert.Equal("host=db2 port=5433 user=repl application_name=a", Builder(new ReplicationOptions { Username = "repl" }).Build("a", "b"));

    [Fact]
    public void Build_EverySetting_IsPassedOn() =>
        Assert.Equal(
            "host=fe80::3 port=5432 user=repl password=pw passfile=/p sslmode=verify-full application_name=b",
            Builder(new ReplicationOptions { Username = "repl", Password = "pw", PassFile = "/p", SslMode = "verify-full" }).Build("b", "c"));

    [Fact]
    public void Build_SlotsAreKept_NamesTheDatabaseFromWhichFailoverSlotsAreRead() =>
        Assert.Equal("host=db2 port=5433 user=repl dbname='the control' application_name=a",
            new ConninfoBuilder(new ReplicationOptions { Username = "repl", KeepSlots = true }, s_nodes, "the control").Build("a", "b"));

    [Theory]
    [InlineData("plain")]
    [InlineData("two words")]
    [InlineData("it's")]
    [InlineData("back\\slash")]
    [InlineData("")]
    [InlineData("' or host=evil '")]
    [InlineData("a=b")]
    [InlineData("tab\tnew\nline")]
    [InlineData("end\\")]
    [InlineData("\\'")]
    public void Build_AnyPassword_IsReadBackAsItWas(string password)
    {
        var text = Builder(new ReplicationOptions { Username = "repl", Password = password }).Build("a", "b");
        var parts = ConninfoBuilder.Parse(text);
        Assert.Equal(password, parts["password"]);
        Assert.Equal(("db2", "5433", "repl", "a"), (parts["host"], parts["port"], parts["user"], parts["application_name"]));
        Assert.Equal(5, parts.Count);
    }

    [Theory]
    [InlineData("host=h port=1", "host:h port:1")]
    [InlineData("  host = h   port= 1 ", "host:h port:1")]
    [InlineData("host='a b' user='it\\'s'", "host:a b user:it's")]
    [InlineData("password='' user=u", "password: user:u")]
    [InlineData("host=a\\ b", "host:a b")]
    [InlineData("", "")]
    [InlineData("nonsense", "")]
    [InlineData("user='never ends", "user:never ends")]
    public void Parse_LibpqText_GivesThePairs(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ConninfoBuilder.Parse(text).Select(p => $"{p.Key}:{p.Value}")));

    [Theory]
    [InlineData("host=db1", "a")]
    [InlineData("host=db1 port=5432", "a")]
    [InlineData("host=db2 port=5433", "b")]
    [InlineData("hostaddr=db2 port=5433", "b")]
    [InlineData("host=db2", null)]
    [InlineData("host=elsewhere port=5432", null)]
    [InlineData("host=db1 port=x", null)]
    [InlineData("", null)]
    public void UpstreamOf_Conninfo_IsTheNodeItLeadsTo(string conninfo, string? expected) =>
        Assert.Equal(expected, Builder(new ReplicationOptions { Username = "repl" }).UpstreamOf(conninfo));

    [Theory]
    [InlineData("host=db2 port=5433 user=repl application_name=a", null)]
    [InlineData("user=repl host=db2 port=5433 application_name=a sslmode=disable password=other", null)]
    [InlineData("host=db2 port=5433 user=other application_name=a", "user=other, but Failover.Replication.Username is repl")]
    [InlineData("host=db2 port=5433 user=repl application_name=z", "application_name=z, but the node's name is a")]
    [InlineData("host=db2 port=5433 user=repl", "application_name=(none)")]
    [InlineData("host=vip port=5432 user=repl application_name=a", "leads to vip:5432, which is none of the configured nodes")]
    public void Difference_PresentConninfo_NamesWhatMatters(string conninfo, string? expected)
    {
        var difference = Builder(new ReplicationOptions { Username = "repl" }).Difference("a", conninfo);
        if (expected is null)
            Assert.Null(difference);
        else
            Assert.Contains(expected, difference, StringComparison.Ordinal);
    }

    [Fact]
    public void Difference_OfWhatBuildGives_IsNone()
    {
        var builder = Builder(new ReplicationOptions { Username = "re pl'", Password = "p w" });
        Assert.Null(builder.Difference("a", builder.Build("a", "b")));
        Assert.Equal("b", builder.UpstreamOf(builder.Build("a", "b")));
    }

    [Fact]
    public void Literal_Conninfo_CannotEndItself() => Assert.Equal("'it''s '' fine'", ControlSql.Literal("it's ' fine"));

    private static ConninfoBuilder Builder(ReplicationOptions replication) => new(replication, s_nodes);
}

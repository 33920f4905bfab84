using HaConnect.Failover.Promotion;

namespace HaConnect.Tests.Failover.Promotion;

public sealed class SynchronousNamesTests
{
    [Theory]
    [InlineData("ANY 1 (a,b)", 1, "a|b")]
    [InlineData("any 2 (a, b , c)", 2, "a|b|c")]
    [InlineData("FIRST 2 (a,b,c)", 2, "a|b|c")] // counts as ANY
    [InlineData("2 (a,b,c)", 2, "a|b|c")]
    [InlineData("ANY 1(\"a\",\"b\")", 1, "a|b")]
    [InlineData("ANY 1 (\"db1:5432\",\"with \"\" quote\",\"(,)\")", 1, "db1:5432|with \" quote|(,)")]
    [InlineData("a, b", 1, "a|b")] // a bare list is FIRST 1
    [InlineData("a", 1, "a")]
    [InlineData("*", 1, "*")]
    [InlineData("ANY 1 (*)", 1, "*")]
    public void Parse_EveryForm_GivesHowManyOfWhich(string text, int required, string names)
    {
        var parsed = SynchronousNames.Parse(text)!;
        Assert.Equal((required, names), (parsed.Required, string.Join('|', parsed.Names)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void Parse_Nothing_IsAsynchronous(string? text) => Assert.Null(SynchronousNames.Parse(text!));

    [Theory]
    [InlineData(1, "ANY 1 (\"a\")", "a")]
    [InlineData(2, "ANY 2 (\"a\",\"db2:5432\",\"c d\")", "a", "db2:5432", "c d")]
    public void Format_Names_IsReadBackAsItWas(int required, string expected, params string[] names)
    {
        var text = SynchronousNames.Format(required, names);
        Assert.Equal(expected, text);
        var parsed = SynchronousNames.Parse(text)!;
        Assert.Equal(required, parsed.Required);
        Assert.Equal(names, parsed.Names);
    }

    [Fact]
    public void Pending_OfATerm_DemandsWhoNeverComes()
    {
        Assert.Equal("ANY 1 (\"haconnect_pending_7\")", SynchronousNames.Pending(7));
        Assert.True(SynchronousNames.IsPending(SynchronousNames.Pending(7)));
        Assert.False(SynchronousNames.IsPending(SynchronousNames.Format(1, ["a"])));
        Assert.False(SynchronousNames.IsPending(""));
    }
}

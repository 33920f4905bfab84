using HaConnect.Operations;

namespace HaConnect.Tests.Operations.Checks;

public sealed class CheckResultTests
{
    [Fact]
    public void ToString_TextAndValues_AreOneLineOfAPlugIn() =>
        Assert.Equal("HACONNECT LAG WARNING - n2 0.02 s | 'n2'=0.02s;10;60;0 'n3'=Us;;;0".Replace("Us", "U", StringComparison.Ordinal), new CheckResult("lag", CheckState.Warning, "n2 0.02 s",
            [new CheckValue("n2", 0.02, "s", CheckRange.Parse("10"), CheckRange.Parse("60")), new CheckValue("n3", null, "s")]).ToString());

    /// <summary>A message of a server's can have both in it.</summary>
    [Fact]
    public void ToString_BarsAndLineBreaks_DoNotEndTheText()
    {
        var line = new CheckResult("slots", CheckState.Critical, "a|b\nc", [new CheckValue("it's=x\n|", 1)]).ToString();
        Assert.Equal("HACONNECT SLOTS CRITICAL - a/b c | 'it''s_x |'=1;;;0", line);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData(CheckState.Ok, CheckState.Warning, CheckState.Warning)]
    [InlineData(CheckState.Unknown, CheckState.Warning, CheckState.Unknown)]
    [InlineData(CheckState.Unknown, CheckState.Critical, CheckState.Critical)]
    [InlineData(CheckState.Ok, CheckState.Ok, CheckState.Ok)]
    public void Worse_OfTwo_WhateverTheirOrder(CheckState a, CheckState b, CheckState worse)
    {
        Assert.Equal(worse, CheckResult.Worse(a, b));
        Assert.Equal(worse, CheckResult.Worse(b, a));
    }

    [Theory]
    [InlineData(5d, CheckState.Ok)]
    [InlineData(15d, CheckState.Warning)]
    [InlineData(100d, CheckState.Critical)]
    [InlineData(null, CheckState.Unknown)]
    public void State_OfAValue_IsByItsThresholds(double? value, CheckState state) => Assert.Equal(state, new CheckValue("x", value, "", CheckRange.Parse("10"), CheckRange.Parse("60")).State);
}

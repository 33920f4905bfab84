using HaConnect.Operations;

namespace HaConnect.Tests.Operations.Checks;

/// <summary>The table of the Nagios plug-in guidelines.</summary>
public sealed class CheckRangeTests
{
    [Theory]
    [InlineData("10", -0.1, true)]
    [InlineData("10", 0, false)]
    [InlineData("10", 10, false)]
    [InlineData("10", 10.1, true)]
    [InlineData("10:", 9.9, true)]
    [InlineData("10:", 10, false)]
    [InlineData("10:", 1e9, false)]
    [InlineData("~:10", -1e9, false)]
    [InlineData("~:10", 10.1, true)]
    [InlineData("10:20", 9.9, true)]
    [InlineData("10:20", 15, false)]
    [InlineData("10:20", 20.1, true)]
    [InlineData("@10:20", 9.9, false)]
    [InlineData("@10:20", 10, true)]
    [InlineData("@10:20", 20, true)]
    [InlineData("@10:20", 20.1, false)]
    [InlineData("-5:-1", -3, false)]
    [InlineData("-5:-1", 0, true)]
    public void Alerts_OutsideOfTheRange(string range, double value, bool alerts)
    {
        var parsed = CheckRange.Parse(range);
        Assert.Equal(alerts, parsed.Alerts(value));
        Assert.Equal(range, parsed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(":")]
    [InlineData("20:10")]
    [InlineData("10:x")]
    [InlineData("@")]
    [InlineData("1 0")]
    [InlineData("10:20:30")]
    public void Parse_WhatIsNoRange_SaysHowToWriteOne(string text)
    {
        Assert.False(CheckRange.TryParse(text, out _));
        var error = Assert.Throws<FormatException>(() => CheckRange.Parse(text));
        Assert.Contains($"'{text}' is no range", error.Message, StringComparison.Ordinal);
    }
}

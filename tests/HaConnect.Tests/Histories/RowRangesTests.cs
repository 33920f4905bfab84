using HaConnect.Histories;

namespace HaConnect.Tests.Histories;

public sealed class RowRangesTests
{
    [Theory]
    [InlineData("", new long[0])]
    [InlineData("7", new long[] { 7 })]
    [InlineData("1-3,5,8-9", new long[] { 1, 2, 3, 5, 8, 9 })]
    public void Parse_WhatFormatWrote_IsTheSame(string text, long[] rows)
    {
        Assert.Equal(text, RowRanges.Format(rows));
        Assert.Equal(rows, RowRanges.Parse(text));
    }

    [Theory]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("x")]
    public void Parse_NoRanges_Throws(string text) => Assert.Throws<FormatException>(() => RowRanges.Parse(text).ToList());
}

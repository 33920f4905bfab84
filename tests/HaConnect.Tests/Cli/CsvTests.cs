using HaConnect.Cli.Output;

namespace HaConnect.Tests.Cli;

public sealed class CsvTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("n1", "n1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"no\"", "\"say \"\"no\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=cmd()", "'=cmd()")]
    [InlineData("@x", "'@x")]
    [InlineData("-x", "'-x")]
    [InlineData("-5", "-5")]
    [InlineData("+1.5", "+1.5")]
    public void Field_IsQuotedWhereItMustBe_AndIsNoFormula(string? value, string field) => Assert.Equal(field, Csv.Field(value));

    [Fact]
    public void Write_Fields_EndWithALineBreakOfTheStandard()
    {
        using var text = new StringWriter();
        Csv.Write(text, ["a", null, "b,c"]);
        Assert.Equal("a,,\"b,c\"\r\n", text.ToString());
    }
}

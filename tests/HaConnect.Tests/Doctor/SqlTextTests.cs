using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("app", "\"app\"")]
    [InlineData("Odd \"one'; -- ", "\"Odd \"\"one'; -- \"")]
    [InlineData("a\nDROP TABLE t;", "U&\"a\\000aDROP TABLE t;\"")]
    [InlineData("a\n\"b\\", "U&\"a\\000a\"\"b\\\\\"")]
    public void Identifier_Name_IsOneQuotedLine(string name, string expected) => Assert.Equal(expected, SqlText.Identifier(name));

    [Theory]
    [InlineData("a", "'a'")]
    [InlineData("it's\\", "'it''s\\'")]
    [InlineData("a\r\n'b\\", "E'a\\u000d\\u000a''b\\\\'")]
    public void Literal_Value_IsOneQuotedLine(string value, string expected) => Assert.Equal(expected, SqlText.Literal(value));

    [Fact]
    public void OneLine_ControlCharacters_AreSpaces() => Assert.Equal("a b c d e", SqlText.OneLine("a\nb\rc\u2028d\u0085e"));
}

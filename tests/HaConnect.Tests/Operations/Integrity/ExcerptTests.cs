using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class ExcerptTests
{
    [Theory]
    [InlineData("abcd", "abce", 20, "abcd", "abce")]
    [InlineData("0123456789abcdefghij", "0123456789abcdeXghij", 8, "…defghij", "…deXghij")]
    [InlineData("0123456789abcdefghijklmn", "0123456789abcdeXghijklmn", 8, "…defghijk…", "…deXghijk…")]
    [InlineData("0123456789", "0123456789abc", 8, "…89", "…89abc")] // one goes on
    [InlineData("", "abc", 2, "", "ab…")]
    [InlineData("012345😀x", "012345😀y", 4, "…😀x", "…😀y")] // no half of a character
    [InlineData("a😀b", "c😀b", 2, "a…", "c…")]
    public void Of_TwoValues_ShowsWhereTheyDiffer(string left, string right, int most, string one, string other) =>
        Assert.Equal(new Both<string>(one, other), Excerpt.Of(left, right, most));

    [Fact]
    public void Of_TheSame_IsNull() => Assert.Null(Excerpt.Of("same", "same", 3));
}

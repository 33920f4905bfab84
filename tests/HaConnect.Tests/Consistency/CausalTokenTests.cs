using NpgsqlTypes;

namespace HaConnect.Tests.Consistency;

public sealed class CausalTokenTests
{
    /// <summary>Found by a header of the right length: the decoder throws for what it does not know.</summary>
    [Theory]
    [InlineData('!')]
    [InlineData('\0')]
    [InlineData('ä')]
    [InlineData('A')]
    public void TryParse_RightLengthOfAnything_IsNone(char character) => Assert.False(CausalToken.TryParse(new string(character, 44), out _));

    [Theory]
    [InlineData(7_000_000_001, 3, 2, 0x3000148)]
    [InlineData(ulong.MaxValue, long.MaxValue, int.MaxValue, ulong.MaxValue)]
    [InlineData(1, 0, 1, 1)]
    public void ToString_Parsed_IsTheSameToken(ulong system, long term, int timeline, ulong lsn)
    {
        var token = new CausalToken(system, term, timeline, lsn);
        var text = token.ToString();
        Assert.Matches("^[A-Za-z0-9_-]{44}$", text);
        var read = CausalToken.Parse(text);
        Assert.Equal(token, read);
        Assert.Equal((system, term, timeline, new NpgsqlLogSequenceNumber(lsn)), (read.SystemIdentifier, read.Term, read.Timeline, read.Position));
    }

    [Fact]
    public void TryParse_AnyCharacterChangedOrCutOff_IsNoToken()
    {
        var text = new CausalToken(7_000_000_001, 3, 2, 0x3000148).ToString();
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text.Remove(i, 1).Insert(i, text[i] == 'A' ? "B" : "A");
            Assert.False(CausalToken.TryParse(changed, out _), changed);
            Assert.False(CausalToken.TryParse(text[..i], out _));
        }

        Assert.False(CausalToken.TryParse(text + "A", out _));
        Assert.False(CausalToken.TryParse(null, out _));
    }

    [Fact]
    public void Parse_SomethingElse_SaysWhatItIs()
    {
        var error = Assert.Throws<FormatException>(() => CausalToken.Parse("yesterday"));
        Assert.Equal("\"yesterday\" is not the text of a causal token (CausalToken.ToString()); read without one, or at the primary.", error.Message);
    }
}

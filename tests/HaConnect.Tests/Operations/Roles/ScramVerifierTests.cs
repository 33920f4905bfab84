using HaConnect.Operations.Roles;

namespace HaConnect.Tests.Operations.Roles;

public sealed class ScramVerifierTests
{
    /// <summary>The keys by which RFC 7677, section 3, is computed: user "user", password "pencil".</summary>
    [Fact]
    public void Of_ExampleOfTheStandard_IsWhatItsProofsComeFrom()
    {
        var verifier = ScramVerifier.Of("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        Assert.Equal("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", verifier);
    }

    [Fact]
    public void Of_TwiceTheSamePassword_HasAnotherSalt() => Assert.NotEqual(ScramVerifier.Of("secret"), ScramVerifier.Of("secret"));

    [Theory]
    [InlineData("x", true)]
    [InlineData("it's a \"secret\" \\ ; --", true)]
    [InlineData("pässwörd", true)]
    [InlineData("密码", false)]
    [InlineData("", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\u00A0b", false)] // a blank that is none of ASCII
    [InlineData("\uFB01x", false)] // a ligature
    [InlineData("pa\u0308ss", false)] // a letter and its accent
    [InlineData("a\uD800", false)]
    public void Of_Password_IsMadeOnlyWhereAllClientsReadItAlike(string password, bool isMade) => Assert.Equal(isMade, ScramVerifier.Of(password) is not null);
}

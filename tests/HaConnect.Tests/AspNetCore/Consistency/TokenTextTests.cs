using HaConnect.AspNetCore.Consistency;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.AspNetCore.Consistency;

public sealed class TokenTextTests
{
    private static readonly CausalToken s_token = new(Given.SystemId, 3, 2, 0x5000028);

    private readonly FakeTimeProvider _time = new();
    private readonly EphemeralDataProtectionProvider _keys = new();

    [Fact]
    public void Unprotect_WhatWasProtected_IsTheToken()
    {
        var text = Text().Protect(s_token);
        Assert.Equal(new ReceivedToken(s_token, null), Text().Unprotect(text));
        Assert.InRange(text.Length, 100, TokenText.Longest / 2);
        Assert.DoesNotContain(s_token.ToString(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Unprotect_AnyCharacterChanged_IsIgnored()
    {
        var text = Text().Protect(s_token);
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            var received = Text().Unprotect(changed);
            Assert.True(received.Token is null && received.WhyNot is not null, $"changed at {i} it passes");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64 at all!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ÿÿÿÿ\0\r\n;")]
    public void Unprotect_Garbage_IsIgnored(string text) => Assert.NotNull(Text().Unprotect(text).WhyNot);

    [Fact]
    public void Unprotect_CutOffOrPadded_IsIgnored()
    {
        var text = Text().Protect(s_token);
        for (var length = 0; length < text.Length; length++)
            Assert.Null(Text().Unprotect(text[..length]).Token);
        Assert.Null(Text().Unprotect(text + "A").Token);
        Assert.Null(Text().Unprotect(text + text).Token);
    }

    [Fact]
    public void Unprotect_VeryLong_IsNotLookedAt() => Assert.Equal("it is too long to be one", Text().Unprotect(new string('A', 100_000)).WhyNot);

    [Fact]
    public void Unprotect_PlainToken_IsIgnored() => Assert.Null(Text().Unprotect(s_token.ToString()).Token);

    [Fact]
    public void Unprotect_OfAnotherKeyRing_IsIgnored() => Assert.Null(Text().Unprotect(new TokenText(new EphemeralDataProtectionProvider(), TimeSpan.FromMinutes(1), _time).Protect(s_token)).Token);

    [Fact]
    public void Unprotect_ProtectedForAnotherPurpose_IsIgnored()
    {
        var other = System.Buffers.Text.Base64Url.EncodeToString(_keys.CreateProtector("another").Protect(new byte[52]));
        Assert.NotNull(Text().Unprotect(other).WhyNot);
    }

    [Fact]
    public void Unprotect_ContentsOfAnotherFormat_IsIgnored()
    {
        var other = System.Buffers.Text.Base64Url.EncodeToString(_keys.CreateProtector("HaConnect.Consistency", "v1").Protect(new byte[52]));
        Assert.Equal("it is of another format", Text().Unprotect(other).WhyNot);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void Unprotect_Age_IsBounded(int seconds, bool isHeeded)
    {
        var text = Text().Protect(s_token);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(isHeeded ? null : "it has expired", Text().Unprotect(text).WhyNot);
    }

    [Fact]
    public void Unprotect_ClockBehindTheOneThatStampedIt_IsHeeded()
    {
        var ahead = new FakeTimeProvider(_time.GetUtcNow() + TimeSpan.FromMinutes(5));
        Assert.Equal(s_token, Text().Unprotect(new TokenText(_keys, TimeSpan.FromMinutes(1), ahead).Protect(s_token)).Token);
    }

    private TokenText Text() => new(_keys, TimeSpan.FromMinutes(1), _time);
}

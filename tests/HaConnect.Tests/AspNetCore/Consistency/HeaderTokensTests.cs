using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Consistency;
using Microsoft.AspNetCore.DataProtection;

namespace HaConnect.Tests.AspNetCore.Consistency;

public sealed class HeaderTokensTests
{
    private static readonly CausalToken s_token = new(Given.SystemId, 3, 2, 0x5000028);

    private readonly TokenText _text = new(new EphemeralDataProtectionProvider(), TimeSpan.FromMinutes(1), Given.Clock);

    [Theory]
    [InlineData(HaTokenFormat.Protected)]
    [InlineData(HaTokenFormat.Plain)]
    public void Read_WhatWasWritten_IsTheToken(HaTokenFormat format)
    {
        var header = new HeaderTokens(_text, format);
        Assert.Equal(s_token, header.Read(header.Write(s_token)).Token);
        Assert.Equal(ReceivedToken.None, header.Read(header.Write(null)));
        Assert.Equal(ReceivedToken.None, header.Read("lost"));
    }

    [Fact]
    public void Read_FormatsDiffer_IsIgnored()
    {
        var (plain, guarded) = (new HeaderTokens(_text, HaTokenFormat.Plain), new HeaderTokens(_text, HaTokenFormat.Protected));
        Assert.NotNull(guarded.Read(plain.Write(s_token)).WhyNot);
        Assert.NotNull(plain.Read(guarded.Write(s_token)).WhyNot);
        foreach (var garbage in (string[])["x", new string('!', 44), new string('\0', 44), new string('A', 44), ""])
            Assert.NotNull(plain.Read(garbage).WhyNot);
    }
}

using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Consistency;

namespace HaConnect.Tests.AspNetCore.Consistency;

public sealed class HaConsistencyOptionsValidatorTests
{
    public static TheoryData<string, Action<HaConsistencyOptions>> Bad => new()
    {
        { "UseCookie and UseHeader are both false", o => (o.UseCookie, o.UseHeader) = (false, false) },
        { "Cookie.Name is empty", o => o.Cookie.Name = " " },
        { "HeaderName is 'a b'; it must consist of letters", o => o.HeaderName = "a b" },
        { "HeaderName is ''; it must consist of letters", o => o.HeaderName = "" },
        { "HeaderFormat is 7; it must be Protected or Plain", o => o.HeaderFormat = (HaTokenFormat)7 },
        { "Guarantee is 7; it must be MonotonicReads", o => o.Guarantee = (HaConsistencyGuarantee)7 },
        { "MaxAge is 00:00:00; it must be 00:00:01 to 1.00:00:00", o => o.MaxAge = TimeSpan.Zero },
        { "MaxAge is 1.00:00:01; it must be 00:00:01 to 1.00:00:00", o => o.MaxAge = TimeSpan.FromSeconds(86401) },
        { "CaptureTimeout is 00:00:31; it must be 00:00:00.0100000 to 00:00:30", o => o.CaptureTimeout = TimeSpan.FromSeconds(31) },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Validate_SettingOutOfBounds_NamesSettingValueAndBound(string message, Action<HaConsistencyOptions> spoil)
    {
        var options = new HaConsistencyOptions();
        spoil(options);
        Assert.Contains(message, Assert.Single(new HaConsistencyOptionsValidator().Validate(null, options).Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new HaConsistencyOptionsValidator().Validate(null, new HaConsistencyOptions()).Succeeded);
}

using System.Reflection;
using System.Text.RegularExpressions;
using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

/// <summary>Every finding links into docs/operations/doctor.md.</summary>
public sealed partial class FindingCodesTests
{
    private static readonly string[] s_codes = [.. typeof(FindingCodes).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Codes_AreUniqueAndPlain()
    {
        Assert.Equal(s_codes.Distinct(StringComparer.Ordinal), s_codes);
        Assert.All(s_codes, c => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", c));
    }

    [Fact]
    public void Codes_AreTheAnchorsOfTheDocument()
    {
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "doctor.md"));
        Assert.Equal(s_codes, Anchor().Matches(document).Select(m => m.Groups["code"].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("<a id=\"(?<code>[^\"]+)\"></a>`(?:\\k<code>)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Anchor();
}

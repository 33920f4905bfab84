using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class SystemIdentityTests
{
    [Theory]
    // Each node's identifier; - answered nothing, . not probed yet.
    [InlineData("7 7 7", 7, null)]
    [InlineData("7 - -", 7, null)]
    [InlineData("7 7 8", 7, null)]
    [InlineData("8 7 7", 7, null)]
    [InlineData("7 8", null, "n0 (7) and n1 (8)")]
    [InlineData("7 8 -", null, "different clusters")]
    [InlineData("7 7 8 8", null, "n0, n1 (7) and n2, n3 (8)")]
    [InlineData("7 7 .", null, null)]
    [InlineData("- - -", null, null)]
    public void Pin_FirstRound_TheMajorityOfThoseSeen(string nodes, int? expected, string? conflict)
    {
        var (identifier, said) = SystemIdentity.Pin(null, Parse(nodes));
        Assert.Equal((ulong?)expected, identifier);
        if (conflict is null)
            Assert.Null(said);
        else
            Assert.Contains(conflict, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Pin_OncePinned_StaysWhateverIsSeen() => Assert.Equal((7UL, null), SystemIdentity.Pin(7, Parse("8 8 8")));

    [Fact]
    public void Pin_DiscoveredNodeNotProbed_IsNotWaitedFor() =>
        Assert.Equal(7UL, SystemIdentity.Pin(null, [.. Parse("7 7"), Given.Facts(Given.Node(2, isConfigured: false))]).Identifier);

    [Theory]
    [InlineData("7 -", "8 8 8", 7)] // what is listed says which cluster it is
    [InlineData("- -", "8 8", null)]
    [InlineData("", "8 8 7", 8)]
    [InlineData("", "8 .", null)]
    [InlineData("", "", null)]
    public void Pin_DiscoveredNodes_DecideOnlyWhereNoneIsConfigured(string configured, string discovered, int? expected) =>
        Assert.Equal((ulong?)expected, SystemIdentity.Pin(null, [.. Parse(configured), .. Parse(discovered, isConfigured: false)]).Identifier);

    private static List<NodeFacts> Parse(string nodes, bool isConfigured = true) => [.. nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) => text switch
    {
        "." => Given.Facts(Given.Node(i, isConfigured: isConfigured)),
        "-" => Given.Facts(Given.Node(i, isConfigured: isConfigured)).Fails(ProbeFailureKind.Refused),
        _ => Given.Facts(Given.Node(i, isConfigured: isConfigured)).Answers(Given.Standby(systemId: (ulong)(text[0] - '0'))),
    })];
}

using HaConnect.Discovery;
using HaConnect.Options;
using HaConnect.Topology;

namespace HaConnect.Tests.Discovery;

public sealed class NodeChangesTests
{
    [Theory]
    // Known nodes (c: configured, d: discovered, p: discovered and the primary), what is listed, what is new, what is removed.
    [InlineData("c:a:1", "", "", "")]
    [InlineData("c:a:1", "b:1", "b:1", "")]
    [InlineData("c:a:1", "a:1 a:2", "a:2", "")]
    [InlineData("c:a:1 d:b:1", "b:1", "", "")]
    [InlineData("c:a:1 d:b:1", "c:1", "c:1", "b:1")]
    [InlineData("c:a:1 d:b:1", "", "", "b:1")]
    [InlineData("c:a:1 d:b:1", "B:1", "", "")] // host names know no case
    [InlineData("", "b:1 b:1 B:1", "b:1", "")]
    [InlineData("p:a:1 d:b:1", "", "", "b:1")] // the primary stays
    [InlineData("p:a:1 d:b:1", "b:1", "", "")]
    public void Between_KnownAndListed_AddsAndRemoves(string known, string listed, string fresh, string gone)
    {
        var nodes = Split(known).Select((n, i) => Parse(n[2..], i, n[0] == 'c')).ToList();
        var primary = known.Contains('p', StringComparison.Ordinal) ? nodes[0] : null;
        var changes = NodeChanges.Between(nodes, Split(listed).Select(l => Listed(l)), primary);
        Assert.Equal((fresh, gone), (string.Join(' ', changes.Fresh), string.Join(' ', changes.Gone)));
    }

    [Fact]
    public void Between_NameThatIsTaken_IsIgnored() =>
        Assert.Empty(NodeChanges.Between([Given.Node(0, "n1")], [new DiscoveredNode("other") { Name = "n1" }], primary: null).Fresh);

    [Fact]
    public void Between_NameOfANodeThatIsRemoved_IsFreeAgain()
    {
        var (fresh, gone) = NodeChanges.Between([Given.Node(0, "n1", isConfigured: false)], [new DiscoveredNode("moved") { Name = "n1" }], primary: null);
        Assert.Equal(("moved", "host0"), (Assert.Single(fresh).Host, Assert.Single(gone).Host));
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Node Parse(string text, int index, bool isConfigured) => Listed(text) is var l ? new Node(index, l.Name, l.Host, l.Port, 0, isConfigured) : null!;

    private static DiscoveredNode Listed(string text) => HostList.Parse(text, 5432)[0] is var (host, port) ? new DiscoveredNode(host, port) : null!;
}

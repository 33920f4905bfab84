using HaConnect.Operations.Drills.Running;

namespace HaConnect.Tests.Operations.Drills;

/// <summary>A drill of a site whose fault command strikes the primary alone has shown nothing of a site.</summary>
public sealed class StruckNodesTests
{
    [Fact]
    public void Problems_NodeThatWasNeverGone_IsToldWithItsName()
    {
        var struck = new StruckNodes(["n1", "n2"]);
        struck.See(Given.Snapshot(null, Node(1, NodeReachability.Unreachable), Node(2, NodeReachability.Suspect), Node(3, NodeReachability.Unreachable)));
        struck.See(Given.Snapshot(null, Node(1, NodeReachability.Reachable), Node(2, NodeReachability.Reachable), Node(3, NodeReachability.Reachable)));
        Assert.StartsWith("n2 was to be struck, and was never seen to be unreachable", Assert.Single(struck.Problems), StringComparison.Ordinal);
        struck.See(Given.Snapshot(null, Node(2, NodeReachability.Unreachable)));
        Assert.Empty(struck.Problems);
    }

    [Fact]
    public void Problems_NothingToBeStruck_AreNone() => Assert.Empty(new StruckNodes([]).Problems);

    private static NodeSnapshot Node(int number, NodeReachability reachability) => new(Given.Node(number)) { Role = NodeRole.Standby, Reachability = reachability, Reason = "" };
}

using HaConnect.Failover;
using HaConnect.Failover.Manual;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>What people have asked not to be done.</summary>
public sealed class PauseTests
{
    [Fact]
    public void Paused_PrimaryIsLost_FailoverIsRefusedWithTheReason_UntilItIsResumed()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        Pause(cluster, "ops has paused it: the network is being rebuilt");
        i.Live(3);
        i.Lose("p");
        i.Live(3);
        Assert.DoesNotContain("CutOff", i.Commands, StringComparison.Ordinal);
        Assert.Single(i.Told, t => t.IsWarning && t.Sentence == "failover refused: ops has paused it: the network is being rebuilt");

        Pause(cluster, null);
        i.Live();
        Assert.NotEqual("p", i.State.Established!.Primary);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(7, false)] // asked for in another term
    public void Paused_SomebodyAsksForAFailover_IsMade(long term, bool isMade)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        Pause(cluster, "paused");
        i.Live(3);
        i.Lose("p");
        i.Live(3);
        cluster["b"].Manual = new ManualFailover(term, AcceptsLoss: false);
        i.Live();
        Assert.Equal(isMade, i.State.Established!.Primary != "p");
    }

    /// <summary>Also where the primary is lost before a coordinator has read that nobody is to coordinate any more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GivenUp_PrimaryIsLost_NobodyIsCutOffOrPromoted(bool isReadBefore)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        var word = new Server.Entry(cluster.NextId(), Row: cluster["p"].Established! with { Term = 2, Primary = "" }, Marks: 2);
        Cluster.Append(cluster["p"], word);
        cluster.StreamAll();
        if (isReadBefore)
            i.Live(3);
        i.Lose("p");
        i.Live();
        Assert.DoesNotContain("CutOff", i.Commands, StringComparison.Ordinal);
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
        Assert.Single(i.Told, t => t.IsWarning && t.Sentence.StartsWith("this instance does not coordinate: coordination of this cluster was given up, on record as term 2", StringComparison.Ordinal));
    }

    /// <summary>It was said after the records were read, and a standby that is cut off has it.</summary>
    [Fact]
    public void GivenUp_DuringAFailover_NobodyIsPromoted()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster.Write(cluster["p"]);
        cluster.StreamAll();
        i.Lose("p");
        i.React = e =>
        {
            if (e.Command is NodeCommand.ReadPosition && cluster[e.Node].Newest!.Primary.Length > 0)
                Cluster.Append(cluster[e.Node], new Server.Entry(100, Row: cluster[e.Node].Established! with { Term = 2, Primary = "" }, Marks: 2));
            return Reaction.Answer;
        };
        i.Look();
        i.Run();
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence == "refused: coordination of this cluster has been given up meanwhile");
    }

    /// <summary>A primary that took writes alone is lost: only whoever accepts the loss gets another.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Degraded_SomebodyAsksForAFailover_IsMadeOnlyWhereLossIsAccepted(bool acceptsLoss)
    {
        var cluster = new Cluster("p a", witnesses: 1) { DegradeAfter = TimeSpan.FromSeconds(6) };
        var i = new Driver(cluster).InPeace();
        i.Lose("a");
        for (var round = 0; round < 12; round++)
        {
            cluster.Now += TimeSpan.FromSeconds(2);
            i.Live(1);
        }

        Assert.Equal(0, cluster["p"].Established!.Required);
        cluster["a"].IsAlive = true;
        i.Lose("p");
        cluster["a"].Manual = new ManualFailover(2, acceptsLoss);
        i.Live();
        Assert.Equal(acceptsLoss, !cluster["a"].InRecovery);
    }

    [Theory]
    [InlineData("haconnect-failover/5", 5L, false)]
    [InlineData("haconnect-failover/5/loss", 5L, true)]
    [InlineData("haconnect-failover/", null, false)]
    [InlineData("haconnect-failover/x/loss", null, false)]
    [InlineData("haconnect-probe", null, false)]
    [InlineData(null, null, false)]
    public void Parse_NameOfASession_IsAFailoverThatIsAskedFor(string? name, long? term, bool acceptsLoss)
    {
        var manual = ManualFailover.Parse(name);
        Assert.Equal((term, acceptsLoss), (manual?.Term, manual?.AcceptsLoss ?? false));
        if (manual is not null)
            Assert.Equal(name, manual.SessionName);
    }

    /// <summary>It is on record on a standby only, and the coordinator is a new one.</summary>
    [Fact]
    public void Paused_CoordinatorIsElectedAfterwards_KnowsItFromAnyNode()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["b"].Pauses = new Pauses(1, "paused", []);
        foreach (var server in cluster.Servers.Values)
            server.LockHolder = null;
        cluster.Kill("p");
        var j = new Driver(cluster, "j");
        j.Live();
        Assert.True(cluster["a"].InRecovery && cluster["b"].InRecovery);
        Assert.Equal("paused", j.State.Pauses.Why);
        GC.KeepAlive(i);
    }

    /// <summary>With asynchronous replication a failover can lose the row: nobody could end what no server has on record.</summary>
    [Fact]
    public void Paused_ThePrimaryHasItNotOnRecord_IsNotPaused()
    {
        var cluster = new Cluster(required: 0);
        var i = new Driver(cluster).InPeace();
        Pause(cluster, "paused");
        i.Live(3);
        Assert.Equal("paused", i.State.Pauses.Why);
        foreach (var server in cluster.Servers.Values)
            server.Pauses = Pauses.None;
        i.Live(3);
        Assert.Null(i.State.Pauses.Why);
        i.Lose("p");
        i.Live();
        Assert.NotEqual("p", i.State.Established!.Primary);
    }

    /// <summary>A promotion that was begun cannot be taken back, and without its end there is no primary.</summary>
    [Fact]
    public void Paused_PromotionWasBegun_IsFinished()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.CommitTerm ? Reaction.Silence : Reaction.Answer;
        i.Live(2);
        Assert.False(cluster["a"].InRecovery);
        Pause(cluster, "paused");
        foreach (var server in cluster.Servers.Values)
            server.LockHolder = null;
        var j = new Driver(cluster, "j");
        j.Live();
        Assert.Equal("a", j.State.Established!.Primary);
    }

    [Fact]
    public void Maintained_OfTwoEquallyAdvanced_TheOtherIsPromoted_AndItIsNotNamed()
    {
        var cluster = new Cluster("p a b c");
        var i = new Driver(cluster).InPeace();
        foreach (var server in cluster.Servers.Values)
            server.Pauses = new Pauses(1, null, ["a"]);
        i.Live();
        Assert.Equal("""ANY 1 ("b","c")""", cluster["p"].SynchronousNames);
        i.Lose("p");
        i.Live();
        Assert.Equal("b", i.State.Established!.Primary);

        foreach (var server in cluster.Servers.Values)
            server.Pauses = new Pauses(2, null, []);
        i.Live();
        Assert.Contains("\"a\"", cluster["b"].SynchronousNames, StringComparison.Ordinal);
    }

    /// <summary>Only two are named, so that neither can be spared.</summary>
    [Fact]
    public void Maintained_TooFewOthers_StaysNamed()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        foreach (var server in cluster.Servers.Values)
            server.Pauses = new Pauses(1, null, ["a"]);
        i.Live();
        Assert.Equal("""ANY 1 ("a","b")""", cluster["p"].SynchronousNames);
    }

    private static void Pause(Cluster cluster, string? why)
    {
        foreach (var server in cluster.Servers.Values)
            server.Pauses = new Pauses(server.Pauses.Version + 1, why, []);
    }
}

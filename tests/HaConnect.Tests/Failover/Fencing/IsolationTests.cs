using HaConnect.Failover;
using HaConnect.Failover.Fencing;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover.Fencing;

/// <summary>The lost primary is fenced from outside before anything is changed, and no failover goes on without that.</summary>
public sealed class IsolationTests
{
    [Fact]
    public void Failover_WithFencing_NothingIsChangedUntilThePrimaryIsFenced()
    {
        var (cluster, i) = LosePrimary(rehearses: false);
        Assert.Equal(Step.Isolating, i.State.Step);
        Assert.Equal("ReadRecord@a ReadRecord@b", i.Commands);
        var order = Assert.Single(i.Fences).Order;
        Assert.Equal(("p", 1L, false), (order.Node, order.Term, order.IsRehearsal));
        Assert.NotEmpty(order.Reason);

        i.Send(new FailoverEvent.Isolated(i.Fences[0].StepNumber, new FenceAnswer(true, "/fence ended with exit code 0")));
        i.Run();
        Assert.NotEqual("p", i.State.Established!.Primary);
        Assert.Contains(i.Told, t => t is { IsWarning: false, Sentence: "fenced from outside: /fence ended with exit code 0" });
    }

    [Fact]
    public void Failover_FencingFails_IsRefusedAndTriedAgain()
    {
        var (_, i) = LosePrimary(rehearses: false);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            i.Send(new FailoverEvent.Isolated(i.Fences[^1].StepNumber, new FenceAnswer(false, "/fence ended with exit code 1")));
            Assert.Equal(Step.Leading, i.State.Step);
            i.Grace();
            i.Run();
            Assert.Equal(attempt + 2, i.Fences.Count);
        }

        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
        Assert.Single(i.Told, t => t is { IsWarning: true, Sentence: "failover refused: p could not be fenced: /fence ended with exit code 1" });
    }

    [Fact]
    public void Failover_FencingIsNotAnswered_IsRefused()
    {
        var (_, i) = LosePrimary(rehearses: false);
        i.Send(new FailoverEvent.TimeOver(i.State.StepNumber));
        Assert.Equal(Step.Leading, i.State.Step);
        Assert.Contains(i.Told, t => t.Sentence == "failover refused: p could not be fenced: no answer");

        // And an answer that comes late starts nothing.
        i.Send(new FailoverEvent.Isolated(i.Fences[0].StepNumber, new FenceAnswer(true, "late")));
        Assert.Equal(Step.Leading, i.State.Step);
    }

    [Fact]
    public void Failover_FencingIsRehearsedAndFails_GoesOnAndSaysSo()
    {
        var (_, i) = LosePrimary(rehearses: true);
        Assert.True(i.Fences[0].Order.IsRehearsal);
        i.Send(new FailoverEvent.Isolated(i.Fences[0].StepNumber, new FenceAnswer(false, "/fence ended with exit code 1")));
        i.Run();
        Assert.NotEqual("p", i.State.Established!.Primary);
        Assert.Contains(i.Told, t => t is { IsWarning: true, Sentence: "p could not be fenced: /fence ended with exit code 1; going on all the same" });
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Failover_PrimaryAnswersAgainMeanwhile_IsNotMade(bool rehearses, bool succeeded)
    {
        var (cluster, i) = LosePrimary(rehearses);
        cluster["p"].IsAlive = true;
        i.Look();
        Assert.Equal(Step.Isolating, i.State.Step);
        i.Send(new FailoverEvent.Isolated(i.Fences[0].StepNumber, new FenceAnswer(succeeded, "/fence ended")));
        Assert.Equal(Step.Leading, i.State.Step);
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
        Assert.Contains(i.Told, t => t.Sentence == "no failover: p answers again");
    }

    /// <summary>Found in simulation: it was fenced for good, had answered just before, was lost again for that, and so on.</summary>
    [Fact]
    public void Failover_PrimaryAnsweredJustBeforeItWasFenced_IsMade()
    {
        var (cluster, i) = LosePrimary(rehearses: false);
        cluster["p"].IsAlive = true;
        i.Look();
        cluster["p"].IsAlive = false;
        i.Send(new FailoverEvent.Isolated(i.Fences[0].StepNumber, new FenceAnswer(true, "/fence ended")));
        i.Run();
        Assert.NotEqual("p", i.State.Established!.Primary);
        Assert.Single(i.Fences);
    }

    [Fact]
    public void Switchover_WithFencing_FencesNobody()
    {
        var cluster = new Cluster { FencingTimeout = TimeSpan.FromSeconds(10) };
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new(1, 1, "b", TimeSpan.FromSeconds(5), false);
        i.Live();
        Assert.Equal("b", i.State.Established!.Primary);
        Assert.Empty(i.Fences);
    }

    private static (Cluster Cluster, Driver Driver) LosePrimary(bool rehearses)
    {
        var cluster = new Cluster { FencingTimeout = TimeSpan.FromSeconds(10), RehearsesFencing = rehearses };
        var i = new Driver(cluster).InPeace();
        cluster.Write(cluster["p"]);
        cluster.StreamAll();
        i.Lose("p");
        i.Look();
        i.Run();
        return (cluster, i);
    }
}

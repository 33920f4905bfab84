using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>Who has to ack changes with who is there, by terms of their own.</summary>
public sealed class MembershipTests
{
    [Fact]
    public void Join_FormerPrimaryHasRejoined_IsNamedAgain()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        Live(cluster, i);
        Assert.Equal("""ANY 1 ("b")""", cluster["a"].SynchronousNames);

        Rejoin(cluster, "p", "a");
        Live(cluster, i);
        Assert.Equal("""ANY 1 ("b","p")""", cluster["a"].SynchronousNames);
        Assert.Equal(["b", "p"], cluster["a"].Established!.SynchronousStandbys);
        Assert.Contains(i.Told, t => t.Sentence == "p streams, and may ack from now on");
        Assert.Contains(i.Told, t => t.Sentence == "established: in term 3 a commit of a waits for 1 of b, p");
    }

    /// <summary>Whoever cuts the former ones off must learn of the new one before it can ack.</summary>
    [Fact]
    public void Join_NamesAreSet_OnlyWhenAFormerOneHasTheRow()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        Live(cluster, i);
        Rejoin(cluster, "p", "a");
        i.React = e =>
        {
            if (e.Command is NodeCommand.SetSynchronousNames { Names: """ANY 1 ("b","p")""" })
                Assert.Equal(["b", "p"], cluster["b"].Newest!.SynchronousStandbys);
            return Reaction.Answer;
        };
        Live(cluster, i);
        Assert.Equal("""ANY 1 ("b","p")""", cluster["a"].SynchronousNames);
    }

    [Theory]
    [InlineData("p a b c d", true)]
    [InlineData("p a b", false)]
    public void Drop_StandbyIsGone_IsNamedNoMoreWhereAFailoverCanDoWithoutIt(string nodes, bool drops)
    {
        var cluster = new Cluster(nodes);
        var i = new Driver(cluster).InPeace();
        i.Lose("b");
        Live(cluster, i, 4);
        Assert.Equal(1, cluster["p"].Newest!.Term); // not before ten seconds have passed
        Live(cluster, i);
        Assert.Equal(drops, !cluster["p"].SynchronousNames.Contains("\"b\"", StringComparison.Ordinal));
        Assert.Equal(drops ? 2 : 1, cluster["p"].Established!.Term);

        i.Lose("p");
        Live(cluster, i);
        Assert.Equal(drops, i.State.Established!.Primary is "a" or "c" or "d");
    }

    /// <summary>A commit that only the one to be dropped has flushed must be with another before a failover can do without it.</summary>
    [Fact]
    public void Drop_RowIsCommitted_OnlyUnderTheNewNames()
    {
        var cluster = new Cluster("p a b c");
        var i = new Driver(cluster).InPeace();
        i.Lose("b");
        i.React = e =>
        {
            if (e.Command is NodeCommand.CommitTerm)
                Assert.Equal("""ANY 1 ("a","c")""", cluster["p"].SynchronousNames);
            return Reaction.Answer;
        };
        Live(cluster, i, 20);
        Assert.Equal("""ANY 1 ("a","c")""", cluster["p"].SynchronousNames);
    }

    [Fact]
    public void StepDown_NotAllowed_WritesWait()
    {
        var cluster = new Cluster("p a", witnesses: 1);
        var i = new Driver(cluster).InPeace();
        i.Lose("a");
        Live(cluster, i, 30);
        Assert.Equal("""ANY 1 ("a")""", cluster["p"].SynchronousNames);
        Assert.Equal(1, cluster["p"].Newest!.Term);
    }

    [Fact]
    public void StepDown_Allowed_AMajorityAcceptsItFirst_AndThereIsNoFailoverUntilTheStandbyIsBack()
    {
        var cluster = new Cluster("p a", witnesses: 1) { DegradeAfter = TimeSpan.FromSeconds(6) };
        var i = new Driver(cluster).InPeace();
        i.Lose("a");
        cluster.Write(cluster["p"]);
        i.React = e =>
        {
            if (e.Command is NodeCommand.SetSynchronousNames { Names: "" } && i.State.Term == 2)
                Assert.Equal(2, cluster.Servers.Values.Count(s => s.Register is { Phase: RegisterPhase.Accepted, Term: 2, Accepted: { Term: 2, Node: "p" } }));
            return Reaction.Answer;
        };
        Live(cluster, i, 20);
        Assert.Equal(("", 2L, 0), (cluster["p"].SynchronousNames, cluster["p"].Established!.Term, cluster["p"].Established!.Required));
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence.StartsWith("1 of a would have to ack, and has not streamed for 00:00:06: p takes writes alone", StringComparison.Ordinal));
        cluster.Write(cluster["p"]);
        Assert.Equal(2, cluster.Acked.Count);

        // The standby is back, and has not caught up when the primary is lost: what was acked would be lost, too.
        Revive(cluster, "a");
        i.Lose("p");
        Live(cluster, i);
        Assert.True(cluster["a"].InRecovery);
        Assert.Contains(i.Told, t => t.Sentence.Contains("since term 2 p has taken writes alone", StringComparison.Ordinal));

        Revive(cluster, "p");
        Live(cluster, i, 20);
        Assert.Equal("""ANY 1 ("a")""", cluster["p"].SynchronousNames);
        Assert.Equal(1, cluster["p"].Established!.Required);
        i.Lose("p");
        Live(cluster, i);
        Assert.Equal("a", i.State.Established!.Primary);
        cluster.CheckEstablished(cluster["a"]);
    }

    /// <summary>Another coordinator sees the standby and the witness only: what the primary has acked alone is not on them.</summary>
    [Fact]
    public void Failover_PrimaryWasAcceptedToTakeWritesAlone_IsRefusedByWhoeverSeesOnlyTheWitness()
    {
        var cluster = new Cluster("p a", witnesses: 1) { DegradeAfter = TimeSpan.FromSeconds(6) };
        var i = new Driver(cluster).InPeace();
        i.Lose("a");
        Live(cluster, i, 20);
        cluster.Write(cluster["p"]);
        Assert.Equal(0, cluster["p"].Established!.Required);

        i.Drop("p");
        i.Drop("w1");
        foreach (var server in cluster.Servers.Values)
            server.LockHolder = null;
        cluster["p"].IsAlive = false;
        cluster["a"].IsAlive = true;
        var other = new Driver(cluster, "j");
        Live(cluster, other, 20);
        Assert.True(cluster["a"].InRecovery);
    }

    /// <summary>The former primary is back, and its successor, which has taken writes alone, is not.</summary>
    [Fact]
    public void Confirm_SuccessorHasTakenWritesAlone_FormerPrimaryIsNotConfirmed()
    {
        var cluster = new Cluster("p a", witnesses: 1) { DegradeAfter = TimeSpan.FromSeconds(6) };
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.CommitTerm ? Reaction.Silence : Reaction.Answer;
        Live(cluster, i, 2);
        cluster.Write(cluster["a"]);
        Assert.Single(cluster.Acked);
        cluster.Kill("a");
        foreach (var server in cluster.Servers.Values)
            server.LockHolder = null;
        Revive(cluster, "p");
        var j = new Driver(cluster, "j");
        Live(cluster, j);
        Assert.Equal(1, cluster["p"].Newest!.Term);
        Assert.Contains(j.Told, t => t.Sentence.StartsWith("whether a has acked anything cannot be told", StringComparison.Ordinal));

        Revive(cluster, "a");
        Live(cluster, j, 20);
        Assert.Equal("a", j.State.Established!.Primary);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Failover_NobodyWouldBeLeftToAck_PromotesOnlyWhereThatIsAllowed(bool isAllowed)
    {
        var cluster = new Cluster("p a", witnesses: 1) { DegradeAfter = isAllowed ? TimeSpan.FromSeconds(6) : null };
        var i = new Driver(cluster).InPeace();
        cluster.Write(cluster["p"]);
        cluster.StreamAll();
        i.Lose("p");
        i.React = e =>
        {
            if (e.Command is NodeCommand.Promote)
                Assert.Equal(SynchronousNames.Pending(2), cluster["a"].SynchronousNames);
            if (e.Command is NodeCommand.SetSynchronousNames { Names: "" })
                Assert.Equal(2, cluster.Servers.Values.Count(s => s.Register is { Phase: RegisterPhase.Accepted, Term: 2 }));
            return Reaction.Answer;
        };
        Live(cluster, i);
        Assert.Equal(isAllowed, !cluster["a"].InRecovery);
        if (!isAllowed)
            return;
        Assert.Equal(("", 0), (cluster["a"].SynchronousNames, cluster["a"].Established!.Required));
        cluster.CheckEstablished(cluster["a"]);

        Rejoin(cluster, "p", "a");
        Live(cluster, i, 20);
        Assert.Equal(("""ANY 1 ("p")""", 1), (cluster["a"].SynchronousNames, cluster["a"].Established!.Required));
    }

    /// <summary>Its coordinator dies after any command; whoever comes next puts it right, and nothing acked is lost by a failover then.</summary>
    [Fact]
    public void Change_CoordinatorDiesAfterAnyCommand_RecordAndNamesAgreeInTheEnd()
    {
        for (var deadline = 1; ; deadline++)
        {
            var cluster = new Cluster();
            var i = new Driver(cluster, "i").InPeace();
            i.Lose("p");
            Live(cluster, i);
            Rejoin(cluster, "p", "a");
            var done = 0;
            i.React = e => i.State.Goal != Goal.Reconfigure || ++done < deadline ? Reaction.Answer : Reaction.Silence;
            Live(cluster, i, 6);
            var wasWhole = done < deadline;
            foreach (var server in cluster.Servers.Values.Where(s => s.LockHolder == i))
                server.LockHolder = null;
            cluster.Write(cluster["a"]);
            cluster.Stream(cluster["p"]);
            var j = new Driver(cluster, "j");
            Live(cluster, j, 20);
            Assert.Equal(["b", "p"], j.State.Established!.SynchronousStandbys);
            Assert.Equal("""ANY 1 ("b","p")""", cluster["a"].SynchronousNames);
            cluster.Write(cluster["a"]);
            cluster.StreamAll();
            j.Lose("a");
            Live(cluster, j);
            Assert.NotEqual("a", j.State.Established.Primary);
            cluster.CheckEstablished(cluster[j.State.Established.Primary]);
            if (wasWhole)
                return;
        }
    }

    /// <summary>Two seconds pass in each round, as between two surveys.</summary>
    private static void Live(Cluster cluster, Driver driver, int rounds = 12)
    {
        for (var round = 0; round < rounds; round++)
        {
            cluster.Now += TimeSpan.FromSeconds(2);
            driver.Live(1);
        }
    }

    private static void Rejoin(Cluster cluster, string name, string primary)
    {
        Revive(cluster, name);
        (cluster[name].InRecovery, cluster[name].Upstream, cluster[name].Log, cluster[name].SynchronousNames) = (true, primary, cluster[primary].Log, "");
    }

    private static void Revive(Cluster cluster, string name) => cluster[name].IsAlive = true;
}

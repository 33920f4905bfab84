using HaConnect.Failover;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Promotion;
using HaConnect.Failover.Switchover;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

public sealed class FailoverMachineTests
{
    // ---- Election ----

    [Fact]
    public void Election_FreeMajority_TakesEveryLockAndSurveys()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster);
        i.Look();
        Assert.Empty(i.Asked); // not at once: instances that start together must not ask together
        i.Grace();
        Assert.Equal("TakeLock@a TakeLock@b TakeLock@p", i.Commands);
        i.Run();
        Assert.True(i.State.HoldsMajority);
        Assert.All(cluster.Servers.Values, s => Assert.Same(i, s.LockHolder));
        Assert.Contains(i.Told, t => t.Sentence.StartsWith("elected: i is the coordinator, holding the locks of a, b, p", StringComparison.Ordinal));
    }

    [Fact]
    public void Election_MinorityFree_IsNotTried()
    {
        var cluster = new Cluster();
        new Driver(cluster, "other").InPeace();
        var i = new Driver(cluster);
        i.Live();
        Assert.Equal((Step.Watching, ""), (i.State.Step, i.Commands));
    }

    [Fact]
    public void Election_LocksSplit_GivesAllBackAndTriesAgain()
    {
        var cluster = new Cluster();
        var other = new Driver(cluster, "other");
        cluster["a"].LockHolder = other;
        cluster["b"].LockHolder = other;
        var i = new Driver(cluster);
        i.Send(new FailoverEvent.VerdictChanged(new PrimaryVerdict(VerdictKind.Healthy, "p", "", null, FreeVoters: 2)));
        i.Grace();
        i.Run();
        Assert.Equal((Step.Watching, 1), (i.State.Step, i.Releases));
        Assert.Null(cluster["p"].LockHolder);
    }

    /// <summary>A coordinator that is cut off together with the primary leaves its locks one after another, each when its lease ends.</summary>
    [Fact]
    public void Election_LostPrimarySilentAndOneLockNotFreeYet_TriesAgainWithoutWaitingForThePrimary()
    {
        var cluster = new Cluster();
        cluster["b"].LockHolder = new Driver(cluster, "other");
        cluster.Kill("p");
        var i = new Driver(cluster) { React = e => e.Node == "p" ? Reaction.Silence : Reaction.Answer };
        i.Send(new FailoverEvent.VerdictChanged(new PrimaryVerdict(VerdictKind.Lost, "p", "", null, FreeVoters: 2)));
        i.Grace();
        i.Run();
        Assert.Equal((Step.Watching, 1), (i.State.Step, i.Releases));
    }

    [Fact]
    public void Election_OneVoterSilent_GoesOnAfterTheGrace()
    {
        var i = new Driver(new Cluster()) { React = e => e.Node == "b" ? Reaction.Silence : Reaction.Answer };
        i.Look();
        i.Grace();
        i.Run();
        Assert.Equal(Step.Electing, i.State.Step);
        i.Grace();
        Assert.Equal(Step.Surveying, i.State.Step);
    }

    [Theory]
    [InlineData("p a", 1)]
    [InlineData("p a b", 1)]
    [InlineData("p a b", 2)]
    public void Election_PrimaryAndCoordinatorLostTogether_WitnessesMakeUpTheMajority(string dataNodes, int witnesses)
    {
        // Witnesses are not probed: they must not count as taken, or nobody could follow.
        var cluster = new Cluster(dataNodes, witnesses: witnesses);
        cluster.Kill("p");
        var i = new Driver(cluster);
        i.Live(1);
        Assert.Contains("TakeLock@w1", i.Asked);
    }

    [Fact]
    public void Flushing_FollowersSessionLost_TriesAgainUnderANewTerm()
    {
        // Two witnesses keep the coordinator in office, but whoever lost its session is not repointed in this attempt.
        var cluster = new Cluster(witnesses: 2);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.Repoint ? Reaction.DropBefore : Reaction.Answer;
        i.Look();
        i.Run();
        Assert.Equal(Step.Flushing, i.State.Step);
        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal(("a", "a"), (i.State.Established!.Primary, cluster["b"].Upstream));
    }

    [Fact]
    public void Survey_StandbyThatMissedTheFailover_IsPointedToTheNewPrimary()
    {
        var cluster = new Cluster("p a b c", required: 2);
        var i = new Driver(cluster).InPeace();
        cluster["c"].IsAlive = false;
        i.Lose("c");
        i.Lose("p");
        i.Live();
        cluster["c"].IsAlive = true;
        i.Live();
        Assert.Equal("a", cluster["c"].Upstream);
    }

    [Fact]
    public void Leading_MajorityLost_GivesUpItsOffice()
    {
        var i = new Driver(new Cluster()).InPeace();
        i.Drop("a");
        Assert.Equal(Step.Leading, i.State.Step);
        i.Drop("b");
        Assert.Equal(Step.Watching, i.State.Step);
        Assert.Contains("no longer the coordinator", i.Told[^1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Leading_OfficeLostAfterARefusal_TheNextElectionIsTold()
    {
        var i = new Driver(new Cluster("p a b", witnesses: 2)).InPeace();
        i.Lose("b");
        i.Lose("p");
        i.Live(1);
        Assert.Contains(i.Told, t => t.Sentence.StartsWith("failover refused", StringComparison.Ordinal));
        i.Drop("w1");
        Assert.Equal(Step.Watching, i.State.Step);
        i.Told.Clear();
        i.Live();
        Assert.Single(i.Told, t => t.Sentence.StartsWith("elected:", StringComparison.Ordinal));
    }

    // ---- Switchover ----

    [Fact]
    public void Switchover_AskedFor_GoesThroughTheStepsInOrder()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.Live(3);
        Assert.Equal(("b", 2L, Step.Leading), (i.State.Established!.Primary, i.State.Established.Term, i.State.Step));
        Assert.Contains("StartRequest@p WriteRegister@p AwaitInstances@p AwaitSmallLag@b WriteRegister@p Drain@p WriteRegister@a WriteRegister@b WriteRegister@p Seal@p AwaitReplay@b CutOff@a CutOff@b ReadPosition@a", i.Commands, StringComparison.Ordinal);
        Assert.Contains("Promote@b", i.Commands, StringComparison.Ordinal);
        Assert.Equal((SynchronousNames.Fenced(2), "b", SwitchoverRequest.Succeeded), (cluster["p"].SynchronousNames, cluster["a"].Upstream, cluster["b"].Outcome));
        Assert.Empty(i.Ended); // no failover
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "; 2 ended: process 1 of app, process 2 of app")]
    [InlineData(23, " and 3 more")]
    public void Switchover_SessionsWereEnded_AreCountedAndNamed(int ended, string told)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.EndsSessions = [.. Enumerable.Range(1, ended).Select(n => $"process {n} of app")];
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: true);
        i.Live(3);
        var sentence = Assert.Single(i.Told, t => t.Sentence.StartsWith("drained: ", StringComparison.Ordinal)).Sentence;
        Assert.EndsWith("refuses writes" + (ended > 20 ? $"; {ended} ended: {string.Join(", ", i.EndsSessions.Take(20))}" : "") + told, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Switchover_TargetIsLostWhileItDrains_IsCalledOffAtOnce()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e => e.Command is NodeCommand.Drain ? Reaction.Silence : Reaction.Answer;
        i.RunUntil(Step.Draining);
        i.Lose("b");
        Assert.Equal(Step.Reopening, i.State.Step);
        i.Run();
        Assert.Equal(("p", 1L), (i.State.Established!.Primary, i.State.Established.Term));
        Assert.Contains("b: it does not answer", cluster["p"].Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void Switchover_TargetDoesNotCatchUp_IsCalledOffBeforeWritesAreHeld()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e => e.Command is NodeCommand.AwaitSmallLag ? Reaction.Silence : Reaction.Answer;
        i.RunUntil(Step.Announcing);
        i.Time();
        i.Run();
        Assert.DoesNotContain("Drain@p", i.Asked);
        Assert.Contains("b has not caught up: it does not replay within 5 s what it receives", cluster["p"].Outcome, StringComparison.Ordinal);
        Assert.Equal((RegisterPhase.Established, Step.Leading), (cluster["p"].Register!.Phase, i.State.Step));
    }

    [Theory]
    [InlineData(nameof(NodeCommand.AwaitInstances))]
    [InlineData(nameof(NodeCommand.AwaitSmallLag))]
    [InlineData(nameof(NodeCommand.Drain))]
    public void Switchover_StepBeforeTheTermFails_ThePrimaryGoesOn(string command)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e => e.Command.Name == command ? Reaction.Refuse : Reaction.Answer;
        i.Live(3);
        Assert.Equal(("p", 1L), (i.State.Established!.Primary, i.State.Established.Term));
        Assert.Equal((RegisterPhase.Established, false), (cluster["p"].Register!.Phase, cluster["p"].RefusesWrites));
        Assert.Contains("told to refuse", cluster["p"].Outcome, StringComparison.Ordinal);
        Assert.Single(i.Asked, "StartRequest@p"); // each is tried once
    }

    [Theory]
    [InlineData(nameof(NodeCommand.Seal))]
    [InlineData(nameof(NodeCommand.AwaitReplay))]
    [InlineData(nameof(NodeCommand.CutOff))]
    [InlineData(nameof(NodeCommand.SetSynchronousNames))]
    public void Switchover_LaterStepFails_ThePrimaryIsConfirmedAndGoesOn(string command)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e => e.Command.Name == command && e.Node != (command == nameof(NodeCommand.SetSynchronousNames) ? "p" : "") ? Reaction.Refuse : Reaction.Answer;
        i.Live(6);
        Assert.Equal("p", i.State.Established!.Primary);
        Assert.True(i.State.Established.Term > 1);
        Assert.Equal((SynchronousNames.Format(1, ["a", "b"]), false), (cluster["p"].SynchronousNames, cluster["p"].RefusesWrites));
        Assert.Equal(("p", "p"), (cluster["a"].Upstream, cluster["b"].Upstream));
        Assert.Contains("told to refuse", cluster["p"].Outcome, StringComparison.Ordinal);
    }

    /// <summary>A stop waits until the primary takes writes again, or the target has become it.</summary>
    [Theory]
    [InlineData(nameof(NodeCommand.AwaitInstances), "p")]
    [InlineData(nameof(NodeCommand.Drain), "p")]
    [InlineData(nameof(NodeCommand.Seal), "b")]
    [InlineData(nameof(NodeCommand.AwaitReplay), "b")]
    public void Switchover_StopAmidAStep_NobodyIsLeftClosed(string command, string primary)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e =>
        {
            if (e.Command.Name == command)
                i.Stop();
            return Reaction.Answer;
        };
        i.Live(3);
        var server = cluster[primary];
        Assert.Equal((Step.Stopped, false, false), (i.State.Step, server.InRecovery, server.RefusesWrites));
        Assert.False(SynchronousNames.IsClosed(server.SynchronousNames));
        Assert.Equal(primary, server.Established!.Primary);
    }

    /// <summary>What is to be undone fails once: whoever is being stopped tries again, and does not leave the primary closed.</summary>
    [Theory]
    [InlineData(nameof(NodeCommand.Drain), nameof(NodeCommand.Reopen))]
    [InlineData(nameof(NodeCommand.Seal), nameof(NodeCommand.SetSynchronousNames))]
    public void Switchover_StoppedAndTheUndoingFailsOnce_IsUndoneBeforeTheStop(string command, string undoing)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        var (isStopped, hasFailed) = (false, false);
        i.React = e =>
        {
            if (e.Command.Name == command && !isStopped)
            {
                isStopped = true;
                i.Stop();
                return Reaction.Refuse;
            }

            if (e.Command.Name != undoing || hasFailed)
                return Reaction.Answer;
            hasFailed = true;
            return Reaction.Refuse;
        };
        i.Live();
        Assert.True(hasFailed);
        Assert.Equal((Step.Stopped, false), (i.State.Step, cluster["p"].RefusesWrites));
        Assert.False(SynchronousNames.IsClosed(cluster["p"].SynchronousNames));
    }

    [Fact]
    public void Switchover_AskedForInAnEarlierTerm_IsRefused()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        cluster["a"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.Live(3);
        Assert.Equal(("a", "it was asked for in term 1, but term 2 is in force"), (i.State.Established!.Primary, cluster["a"].Outcome));
    }

    /// <summary>Found in simulation: writes were held until the limit of the step, for a target whose history the primary refused.</summary>
    [Theory]
    [InlineData("p a b c", "a", "p", "switchover refused: a does not stream from p, which it is pointed to; its log says why")]
    [InlineData("p a b c", null, "b", "switchover from p to b, as somebody has asked for")]
    [InlineData("p a b", null, "p", "switchover refused: 1 must ack, but of the others none streams and could follow b")]
    public void Switchover_StandbyDoesNotStream_IsNotTheTargetAndCountsForNothing(string nodes, string? target, string primary, string told)
    {
        var cluster = new Cluster(nodes);
        var i = new Driver(cluster).InPeace();
        cluster["a"].Log = cluster["a"].Log.SetItem(cluster["a"].Log.Length - 1, new Server.Entry(999)); // of another history
        cluster["p"].Request = new SwitchoverRequest(7, 1, target, TimeSpan.FromSeconds(5), Terminates: false);
        i.Live(3);
        Assert.Contains(i.Told, t => t.Sentence == told);
        Assert.Equal((primary, primary == "b"), (i.State.Established!.Primary, i.Asked.Contains("Drain@p")));
    }

    /// <summary>A walsender that has just lost its connection is no reason to end the request.</summary>
    [Fact]
    public void Switchover_TargetIsJustConnectingAgain_IsWaitedFor()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        var log = cluster["a"].Log;
        cluster["a"].Log = log.SetItem(log.Length - 1, new Server.Entry(999));
        cluster["p"].Request = new SwitchoverRequest(7, 1, "a", TimeSpan.FromSeconds(5), Terminates: false);
        i.Live(1);
        Assert.Equal((Step.Leading, null), (i.State.Step, cluster["p"].Outcome));
        Assert.DoesNotContain("StartRequest@p", i.Asked);
        cluster["a"].Log = log;
        i.Live(3);
        Assert.Equal("a", i.State.Established!.Primary);
    }

    [Fact]
    public void Switchover_CoordinatorLostWhileWritesAreHeld_TheNextOneLetsThePrimaryGoOn()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        i.React = e => e.Command is NodeCommand.Drain ? Reaction.Silence : Reaction.Answer;
        i.Grace();
        i.Run();
        Assert.Equal((Step.Draining, RegisterPhase.Held), (i.State.Step, cluster["p"].Register!.Phase));
        foreach (var node in new[] { "p", "a", "b" })
            i.Drop(node);
        var next = new Driver(cluster, "next");
        next.Live(3);
        Assert.Equal((RegisterPhase.Established, 1L), (cluster["p"].Register!.Phase, next.State.Established!.Term));
        Assert.Equal(SwitchoverRequest.Lost, cluster["p"].Outcome);
    }

    [Theory]
    [InlineData("p", "p is the primary already")]
    [InlineData("x", "x is no configured node")]
    [InlineData("b", "b is out of reach")]
    public void Switchover_ThatCannotBe_IsRefusedAndEnded(string target, string why)
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        if (target == "b")
            i.Lose("b");
        cluster["p"].Request = new SwitchoverRequest(7, 1, target, TimeSpan.FromSeconds(5), Terminates: false);
        i.Live(3);
        Assert.Equal(why, cluster["p"].Outcome);
        Assert.DoesNotContain("StartRequest@p", i.Asked);
    }

    // ---- Old primaries ----

    [Fact]
    public void Survey_OldPrimaryIsBack_IsFenced()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        cluster["p"].IsAlive = true;
        i.Live();
        Assert.Equal((false, SynchronousNames.Fenced(2)), (cluster["p"].InRecovery, cluster["p"].SynchronousNames));
        Assert.Single(i.Asked, "Fence@p");
        Assert.Contains(i.Told, t => t.Sentence.StartsWith("fenced: p", StringComparison.Ordinal));
        Assert.Equal(Step.Leading, i.State.Step);
    }

    [Fact]
    public void Survey_NodePromotedByHand_IsLeftAlone()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster["b"].InRecovery = false;
        i.Live();
        Assert.DoesNotContain("Fence@b", i.Asked);
    }

    [Fact]
    public void Fencing_Refused_IsToldOnceAndTriedAgain()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        cluster["p"].IsAlive = true;
        i.React = e => e.Command is NodeCommand.Fence ? Reaction.Refuse : Reaction.Answer;
        i.Live();
        Assert.Single(i.Told, t => t.Sentence.StartsWith("an old primary could not be fenced", StringComparison.Ordinal));
        Assert.True(i.Asked.Count(a => a == "Fence@p") > 1);
        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal((SynchronousNames.Fenced(2), null), (cluster["p"].SynchronousNames, i.State.FenceProblem));
    }

    /// <summary>It was done, but the session was lost before the answer: it is told all the same.</summary>
    [Fact]
    public void Fencing_AnswerLost_IsToldWhenItIsSeen()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        cluster["p"].IsAlive = true;
        i.React = e => e.Command is NodeCommand.Fence ? Reaction.DropAfter : Reaction.Answer;
        i.Live();
        Assert.Equal(SynchronousNames.Fenced(2), cluster["p"].SynchronousNames);
        Assert.Single(i.Told, t => t.Sentence.StartsWith("fenced: p", StringComparison.Ordinal));
    }

    [Fact]
    public void Survey_FenceThatWasLeftHalfway_IsFinished()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        (cluster["p"].IsAlive, cluster["p"].RefusesWrites, cluster["p"].SynchronousNames) = (true, true, SynchronousNames.Fencing(2));
        i.Live();
        Assert.Equal(SynchronousNames.Fenced(2), cluster["p"].SynchronousNames);
    }

    [Fact]
    public void Fencing_PrimaryLostMeanwhile_FailsOverAtOnce()
    {
        var cluster = new Cluster("p a b c");
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        cluster["p"].IsAlive = true;
        i.React = e => e.Command is NodeCommand.Fence ? Reaction.Silence : Reaction.Answer;
        i.Live(1);
        i.Grace();
        i.Run();
        Assert.Equal(Step.Fencing, i.State.Step);
        i.Lose(i.State.Established!.Primary);
        i.Look();
        Assert.NotEqual(Step.Fencing, i.State.Step);
    }

    // ---- Bootstrap ----

    [Fact]
    public void Bootstrap_UnmanagedCluster_WritesTermOne()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster);
        i.Live(2);
        Assert.Equal(["TakeLock", "ReadRecord", "WriteRegister", "CommitTerm", "Repoint", "AwaitFlush", "WriteRegister", "MarkEstablished", "WriteRegister"],
            Groups(i.Asked).Take(9));
        var row = cluster["p"].Established!;
        Assert.Equal((1, "p", 1, "a b"), (row.Term, row.Primary, row.Required, string.Join(' ', row.SynchronousStandbys)));
        Assert.All(cluster.Servers.Values, s => Assert.Equal((1, RegisterPhase.Established, "p", s.Name), (s.Register!.Term, s.Register.Phase, s.Register.Decided.Node, s.Register.Node)));
        Assert.Empty(i.Ended);
    }

    [Fact]
    public void Bootstrap_AVoterIsMissing_Waits()
    {
        var cluster = new Cluster();
        cluster.Kill("b");
        var i = new Driver(cluster);
        i.Live();
        Assert.Null(cluster["p"].Newest);
        Assert.Null(cluster["p"].Register);
    }

    [Fact]
    public void Failover_TermOneNotEverywhere_IsNotBegun()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster) { React = e => e is { Node: "b", Command: NodeCommand.Repoint } ? Reaction.Refuse : Reaction.Answer };
        cluster["b"].Upstream = "a"; // it streams from a standby, which this world does not know, so the row never reaches it
        i.Live(3);
        Assert.Equal((1L, false), (i.State.Established!.Term, i.State.EstablishedIsEverywhere));
        i.Lose("p");
        i.Asked.Clear();
        i.Live();
        Assert.DoesNotContain("CutOff", i.Commands, StringComparison.Ordinal);
    }

    // ---- Failover, the good way ----

    [Fact]
    public void Failover_PrimaryLost_GoesThroughTheStepsInOrder()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        cluster.Write(cluster["p"]);
        cluster.Stream(cluster["a"]);
        i.Lose("p");
        i.Look();
        i.Run();

        Assert.Equal(
            "ReadRecord@a ReadRecord@b " +
            "WriteRegister@a WriteRegister@b " + // promise
            "CutOff@a CutOff@b ReadPosition@a ReadPosition@b " +
            "WriteRegister@a WriteRegister@b " + // decide
            "SetSynchronousNames@a Verify@a Verify@b Promote@a " +
            "CommitTerm@a Repoint@b AwaitFlush@a MarkEstablished@a WriteRegister@a WriteRegister@b",
            i.Commands);
        Assert.Equal(Step.Leading, i.State.Step);
        Assert.Equal([true], i.Ended);
        var row = cluster["a"].Established!;
        Assert.Equal((2, "a", 1, "b"), (row.Term, row.Primary, row.Required, string.Join(' ', row.SynchronousStandbys)));
        Assert.Equal(("ANY 1 (\"b\")", "a"), (cluster["a"].SynchronousNames, cluster["b"].Upstream));
    }

    [Fact]
    public void Failover_Sentences_TellTheStory()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Look();
        i.Run();
        Assert.Equal(
        [
            "detected: p is Lost",
            "term 2 is promised by a, b",
            "cut off: a, b receive nothing more from p, which can ack nothing more",
            "a is furthest (a term 1 0/2, b term 1 0/2) and will be promoted",
            "promoted: a has left recovery",
            "repointed: b; 1 of b has flushed the row of term 2",
            "established: a is the primary of term 2",
        ], i.Told.Select(t => t.Sentence));
        Assert.All(i.Told, t => Assert.False(t.IsWarning));
    }

    [Fact]
    public void Failover_OldPrimaryComesBack_IsNotBelievedAndNothingMoreHappens()
    {
        var (cluster, i) = FailedOver();
        cluster["p"].IsAlive = true;
        i.Asked.Clear();
        i.Live();
        Assert.Equal(2, cluster["a"].Established!.Term);
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);
        Assert.Equal(Step.Leading, i.State.Step);
    }

    [Fact]
    public void Failover_FiveNodesTwoAcks_NeedsEveryStandbyAndKeepsTwo()
    {
        // Not three of the four: both acks of a write may have come from one standby's two connections.
        var cluster = new Cluster("p a b c d", required: 2);
        var i = new Driver(cluster).InPeace();
        cluster.Kill("d");
        i.Drop("d");
        i.Lose("p");
        i.Live(2);
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence.Contains("4 of a, b, c, d would have to be cut off, but only a, b, c can be", StringComparison.Ordinal));
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);

        cluster["d"].IsAlive = true;
        i.Live();
        Assert.Equal("ANY 2 (\"b\",\"c\",\"d\")", cluster["a"].SynchronousNames);
        Assert.Equal(2, cluster["a"].Established!.Required);
    }

    /// <summary>The primary is back and well, but a node that was promoted meanwhile and is gone has acked: whoever followed that one goes on.</summary>
    [Fact]
    public void Confirm_FollowersOfALostContenderWentOn_OneOfThemIsPromotedAlthoughThePrimaryCannotBeCutOff()
    {
        var cluster = new Cluster("p a b c", synchronous: "b c");
        var i = new Driver(cluster).InPeace();
        var row = new Server.Entry(cluster.NextId(), Given.Row(2, "a", 1, "b", "c") with { IsEstablished = false });
        foreach (var name in (string[])["a", "b", "c"])
        {
            Cluster.Append(cluster[name], row);
            cluster[name].Register = new Register(2, "other", RegisterPhase.Decided, new Decision(2, "a"), Decision.None, name);
            cluster[name].Upstream = name == "a" ? "" : "a";
        }

        cluster["a"].InRecovery = false;
        cluster.Kill("a");
        i.Drop("a");
        i.Live();
        Assert.Equal(("b", "b"), (i.State.Established!.Primary, cluster["c"].Upstream));
    }

    [Fact]
    public void Failover_Witness_PromisesAndDecidesButIsNeverCutOff()
    {
        var cluster = new Cluster(witnesses: 1);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Look();
        i.Run();
        Assert.Equal(2, cluster["a"].Established!.Term);
        Assert.Equal(["ReadRecord", "WriteRegister", "WriteRegister", "Verify", "WriteRegister"], i.Asked.Where(a => a.EndsWith("@w1", StringComparison.Ordinal)).Select(a => a.Split('@')[0]));
    }

    // ---- Asynchronous replication ----

    [Fact]
    public void Failover_Asynchronous_GoesThroughTheAcceptPhase()
    {
        var cluster = new Cluster(required: 0);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Look();
        i.Run();
        Assert.Equal(
            "ReadRecord@a ReadRecord@b WriteRegister@a WriteRegister@b CutOff@a CutOff@b ReadPosition@a ReadPosition@b WriteRegister@a WriteRegister@b " +
            "SetSynchronousNames@a Verify@a Verify@b Promote@a " +
            "WriteRegister@a WriteRegister@b " + // accept
            "SetSynchronousNames@a " + // open
            "CommitTerm@a Repoint@b MarkEstablished@a WriteRegister@a WriteRegister@b",
            i.Commands);
        Assert.Equal("", cluster["a"].SynchronousNames);
        Assert.Equal(0, cluster["a"].Established!.Required);
    }

    /// <summary>What causal tokens of before are told by: where acked writes may be missing, the row says from where on.</summary>
    [Theory]
    [InlineData(0, "failover", 2)]
    [InlineData(1, "failover", null)]
    [InlineData(0, "switchover", null)]
    [InlineData(0, "another coordinator's", 0)]
    public void NewTerm_Row_SaysBehindWhatAckedWritesMayBeMissing(int required, string way, int? mayLackFrom)
    {
        var cluster = new Cluster(required: required);
        var i = new Driver(cluster).InPeace();
        cluster.StreamAll();
        var before = cluster["a"].Log.Length;
        if (way == "switchover")
            cluster["p"].Request = new SwitchoverRequest(7, 1, "b", TimeSpan.FromSeconds(5), Terminates: false);
        else
            i.Lose("p");
        if (way == "another coordinator's")
        {
            i.React = e => e.Command is NodeCommand.Promote ? Reaction.DropAfter : Reaction.Answer;
            i.Look();
            i.Run();
            i.React = _ => Reaction.Answer;
        }

        i.Live(6);
        var row = cluster.Servers.Values.Select(s => s.Newest).MaxBy(r => r?.Term ?? 0)!;
        Assert.NotEqual("p", row.Primary);
        Assert.Equal(mayLackFrom is null ? null : mayLackFrom == 0 ? 0UL : (ulong)before, row.MayLackFrom);
    }

    [Fact]
    public void Failover_Asynchronous_NothingIsAckedBeforeAMajorityAccepted()
    {
        var cluster = new Cluster(required: 0);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e =>
        {
            if (e.Command is NodeCommand.SetSynchronousNames { Names: "" })
                Assert.True(cluster.Servers.Values.Count(s => s.Register is { Phase: RegisterPhase.Accepted, Term: 2, Decided.Node: "a" }) >= 2);
            if (e.Command is NodeCommand.Promote)
                Assert.Equal(SynchronousNames.Pending(2), cluster["a"].SynchronousNames);
            return Reaction.Answer;
        };
        i.Live();
        Assert.Equal(2, cluster["a"].Established!.Term);
    }

    /// <summary>
    /// A switchover has come as far as that its target may take writes; coordinator and target are gone. Whoever comes next must not open the
    /// former primary, be it that other coordinators have promised since.
    /// </summary>
    [Theory]
    [InlineData("2,other,accepted,2,a,2,a,w1", false)]
    [InlineData("2,other,established,2,a,2,a,w1", false)]
    [InlineData("3,another,promised,2,a,2,a,w1", false)]
    [InlineData("3,another,decided,3,p,2,a,w1", false)] // the newest decision is not the newest that was accepted
    [InlineData("2,other,decided,2,a,0,,w1", true)]
    internal void Confirm_Asynchronous_FormerPrimaryStaysClosedWhileAnotherMayTakeWrites(string register, bool opens)
    {
        var cluster = new Cluster("p a", required: 0, witnesses: 1);
        var i = new Driver(cluster).InPeace();
        (cluster["p"].SynchronousNames, cluster["p"].RefusesWrites) = (SynchronousNames.Fenced(2), true);
        cluster["p"].Register = Register.Parse("2,other,held,1,p,1,p,p");
        cluster["w1"].Register = Register.Parse(register);
        i.Lose("a");
        i.Live();
        Assert.Equal((opens ? "" : SynchronousNames.Fenced(2), !opens), (cluster["p"].SynchronousNames, cluster["p"].RefusesWrites));
        Assert.Equal(!opens, cluster["w1"].Register is { Accepted: { Term: 2, Node: "a" } }); // carried through the promises
        Assert.Equal(opens, !i.Told.Any(t => t.Sentence.StartsWith("whether a has acked anything cannot be told", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Failover_Asynchronous_HeedsMaxDataLoss(int behind, bool promoted)
    {
        var cluster = new Cluster(required: 0);
        var i = new Driver(cluster).InPeace();
        for (var n = 0; n < behind; n++)
            cluster.Write(cluster["p"]);
        i.Lose("p");
        i.Look();
        i.Run();
        Assert.Equal(promoted, cluster["a"].Established!.Term == 2);
        if (promoted)
            return;
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence.Contains("4 bytes behind the last observed position of p, more than Failover.MaxDataLossBytes = 3", StringComparison.Ordinal));
        Assert.Equal(("p", "p"), (cluster["a"].Upstream, cluster["b"].Upstream));
        Assert.Equal([false], i.Ended);
    }

    [Theory]
    [InlineData("Promote")]
    [InlineData("WriteRegister")]
    [InlineData("SetSynchronousNames")]
    public void Adopt_AsynchronousPromotionHalfFinished_IsOpenedForAcks(string lastDone)
    {
        // The coordinator dies with the candidate promoted behind the pending names: whoever adopts it must open it.
        var cluster = new Cluster(required: 0);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        var promoted = false;
        i.React = e =>
        {
            promoted |= e.Command is NodeCommand.Promote;
            var isLast = promoted && e.Command.Name == lastDone && (e.Command is not NodeCommand.SetSynchronousNames s || s.Names.Length == 0);
            return isLast ? Reaction.DropAfter : Reaction.Answer;
        };
        i.Look();
        i.Run();
        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal("", cluster["a"].SynchronousNames);
        Assert.Equal("a", i.State.Established!.Primary);
    }

    // ---- Refusals ----

    [Fact]
    public void Failover_OneStandbyLeft_IsRefusedBeforeAnythingIsChanged()
    {
        var cluster = new Cluster("p a b", required: 2);
        var i = new Driver(cluster, "i").InPeace();
        cluster.Kill("b");
        i.Lose("p");
        i.Live();
        Assert.DoesNotContain("CutOff", i.Commands, StringComparison.Ordinal);
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_NobodyLeftToAck_SaysWhy()
    {
        var cluster = new Cluster("p a", witnesses: 1);
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live(2);
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence.Contains("of a one would be promoted, and too few would be left to ack its commits (1 must)", StringComparison.Ordinal));
        Assert.Single(i.Told, t => t.Sentence.StartsWith("failover refused", StringComparison.Ordinal)); // told once, not at every attempt
    }

    [Fact]
    public void Failover_TooFewStandbysToCutOff_SaysHowManyAndWhich()
    {
        var cluster = new Cluster("p a b c", required: 1, witnesses: 1);
        var i = new Driver(cluster).InPeace();
        cluster.Kill("p");
        cluster.Kill("c");
        i.Drop("c");
        i.Live(2);
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);
        Assert.Contains(i.Told, t => t.IsWarning && t.Sentence.Contains("3 of a, b, c would have to be cut off, but only a, b can be", StringComparison.Ordinal));
    }

    [Fact]
    public void Failover_PositionUnreadable_PointsBack()
    {
        var (cluster, i) = FailsAt(e => e is { Node: "b", Command: NodeCommand.ReadPosition });
        Assert.Equal(("p", "p"), (cluster["a"].Upstream, cluster["b"].Upstream));
        Assert.Contains(i.Told, t => t.Sentence.Contains("refused: the positions of too few standbys could be read", StringComparison.Ordinal));
        Assert.DoesNotContain("Promote", i.Commands, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_CutOffRefused_PointsBack()
    {
        var (cluster, i) = FailsAt(e => e is { Node: "b", Command: NodeCommand.CutOff });
        Assert.Equal(("p", "p"), (cluster["a"].Upstream, cluster["b"].Upstream));
        Assert.Contains(i.Told, t => t.Sentence.Contains("refused: only a could be cut off", StringComparison.Ordinal));
        Assert.DoesNotContain("ReadPosition", i.Commands, StringComparison.Ordinal);
    }

    [Fact]
    public void Failover_CandidateWithoutFollowerToAck_IsRefused()
    {
        // b is of an earlier term than a, and may have gone past the point where a's timeline forked off: it cannot be counted on to follow.
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        Cluster.Append(cluster["a"], new Server.Entry(cluster.NextId(), Given.Row(2, "b", 1, "a")));
        i.Look();
        i.Run();
        Assert.Contains(i.Told, t => t.Sentence == "refused: too few would be left to ack the commits of a (1 must)");
        Assert.Equal("p", cluster["a"].Upstream);
    }

    [Theory]
    [InlineData("SetSynchronousNames")]
    [InlineData("Verify")]
    [InlineData("Promote")]
    public void Failover_CandidateRefuses_IsNotPromotedTwice(string command)
    {
        var (cluster, i) = FailsAt(e => e.Node == "a" && e.Command.Name == command);
        Assert.True(cluster["a"].InRecovery && cluster["b"].InRecovery);
        Assert.Equal(Step.Leading, i.State.Step);
    }

    [Fact]
    public void Failover_MajorityHasPromisedALaterTerm_IsRefused()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e =>
        {
            if (e.Command is NodeCommand.WriteRegister { Register.Phase: RegisterPhase.Promised })
                cluster[e.Node].Register = new Register(9, "other", RegisterPhase.Promised, Decision.None, Decision.None, e.Node);
            return Reaction.Answer;
        };
        i.Look();
        i.Run();
        Assert.Equal(Step.Leading, i.State.Step);
        Assert.DoesNotContain("CutOff", i.Commands, StringComparison.Ordinal);
        Assert.Contains(i.Told, t => t.Sentence.Contains("it has promised term 9", StringComparison.Ordinal));
        Assert.Equal([false], i.Ended);

        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal(10, cluster["a"].Established!.Term); // the next attempt goes above it
    }

    [Fact]
    public void Failover_PrimaryAnswersWhileReading_IsCalledOff()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Look();
        cluster["p"].IsAlive = true;
        i.Look();
        Assert.Equal(Step.Leading, i.State.Step);
        Assert.Equal([false], i.Ended);
        i.Run();
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
    }

    [Fact]
    public void Preflight_Problem_GivesUpTheLocksAndIsToldOnce()
    {
        var cluster = new Cluster();
        cluster["p"].SynchronousNames = "ANY 2 (a, b)";
        var i = new Driver(cluster);
        i.Live(6);
        Assert.All(cluster.Servers.Values, s => Assert.Null(s.LockHolder));
        Assert.Single(i.Told, t => t.Sentence.StartsWith("this instance does not coordinate: p has synchronous_standby_names", StringComparison.Ordinal));
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
    }

    // ---- The flap guard ----

    [Fact]
    public void Failover_TooManyLately_IsRefusedOnceAndTakenUpWhenTheWindowHasPassed()
    {
        var cluster = new Cluster("p a b c d") { MaxFailovers = 1 };
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Live();
        Assert.Equal("a", i.State.Established!.Primary);

        cluster.Now += TimeSpan.FromMinutes(9);
        i.Lose("a");
        i.Asked.Clear();
        i.Told.Clear();
        i.Live();
        Assert.DoesNotContain("WriteRegister", i.Commands, StringComparison.Ordinal);
        Assert.Equal(
        [
            "detected: a is Lost",
            "failover refused: Failover.MaxFailovers = 1 within Failover.FailoverWindow = 00:10:00 is reached; the next failover is possible at 2026-01-01 00:10:00Z by the servers' clock, or at once where every instance gets a higher MaxFailovers",
        ], i.Told.Select(t => t.Sentence)); // told once, however often it is tried

        cluster.Now += TimeSpan.FromMinutes(1);
        i.Live();
        Assert.Equal("b", i.State.Established!.Primary);
    }

    [Fact]
    public void Adopt_MaxFailoversReached_IsFinishedAllTheSame()
    {
        // The row of the failover under way is among those counted; what was promoted has to be brought to an end.
        var cluster = new Cluster { MaxFailovers = 1 };
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.AwaitFlush ? Reaction.DropBefore : Reaction.Answer;
        i.Look();
        i.Run();
        Assert.Single(cluster["a"].Record(i.State.Settings).Failovers);
        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal(("a", Step.Leading), (i.State.Established!.Primary, i.State.Step));
        Assert.Single(cluster["a"].Record(i.State.Settings).Failovers); // two terms, but one change of the primary
    }

    // ---- Late answers ----

    [Fact]
    public void Next_AnswersOfAnEarlierStep_ChangeNothing()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.CutOff ? Reaction.Silence : Reaction.Answer;
        i.Look();
        i.Run();
        Assert.Equal(Step.CuttingOff, i.State.Step);
        var late = i.State.StepNumber - 1;
        foreach (var happened in (FailoverEvent[])
        [
            new FailoverEvent.Done("a", late, "CutOff"), new FailoverEvent.Done("b", late, "CutOff"), new FailoverEvent.Failed("a", late, "CutOff", "x"),
            new FailoverEvent.GraceOver(late), new FailoverEvent.TimeOver(late), new FailoverEvent.PositionRead("a", late, default),
            new FailoverEvent.RecordRead("a", late, cluster["p"].Record(i.State.Settings)), new FailoverEvent.TermCommitted("a", late, 1), new FailoverEvent.Done("b", late, "AwaitFlush"),
        ])
        {
            var (state, effects) = FailoverMachine.Next(i.State, happened);
            Assert.Same(i.State, state);
            Assert.Empty(effects);
        }
    }

    // ---- Taking over ----

    [Theory]
    [InlineData("Promote", Reaction.DropAfter)]
    [InlineData("CommitTerm", Reaction.DropBefore)]
    [InlineData("CommitTerm", Reaction.DropAfter)]
    [InlineData("AwaitFlush", Reaction.DropBefore)]
    [InlineData("MarkEstablished", Reaction.DropBefore)]
    [InlineData("MarkEstablished", Reaction.DropAfter)]
    internal void Adopt_CoordinatorDiesAfterThePromotion_TheNextFinishesIt(string command, Reaction reaction)
    {
        var cluster = new Cluster();
        var first = new Driver(cluster, "first").InPeace();
        cluster.Kill("p");
        first.React = e => e.Command.Name == command ? reaction : Reaction.Answer;
        first.Look();
        while (first.HasWork && first.State.Step is not (Step.Watching or Step.Leading))
            first.Turn();
        foreach (var server in cluster.Servers.Values)
            server.LockHolder = null;

        var second = new Driver(cluster, "second");
        second.Live();

        Assert.Equal("a", second.State.Established!.Primary);
        Assert.DoesNotContain("Promote", second.Commands, StringComparison.Ordinal);
        Assert.Equal("a", cluster["b"].Upstream);
        Assert.True(cluster["b"].InRecovery);
    }

    [Fact]
    public void Adopt_OldPrimaryIsBackBeforeTheNewOneIsEstablished_RollsForward()
    {
        // R18: after the promotion only forward. b follows a already and can never ack for p again.
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => e.Command is NodeCommand.AwaitFlush ? Reaction.DropBefore : Reaction.Answer;
        i.Look();
        i.Run();
        Assert.False(cluster["a"].InRecovery);
        cluster["p"].IsAlive = true;
        i.React = _ => Reaction.Answer;
        i.Live();
        Assert.Equal("a", i.State.Established!.Primary);
        Assert.Equal(Step.Leading, i.State.Step);
    }

    [Fact]
    public void Confirm_StraysWhileThePrimaryIsWell_ArePointedBackUnderANewTerm()
    {
        var cluster = new Cluster();
        var first = new Driver(cluster, "first").InPeace();
        cluster.Kill("p");
        first.React = e => e.Command is NodeCommand.ReadPosition ? Reaction.DropBefore : Reaction.Answer;
        first.Look();
        while (first.HasWork)
            first.Turn();
        Assert.Equal(("", ""), (cluster["a"].Upstream, cluster["b"].Upstream));

        cluster["p"].IsAlive = true;
        var second = new Driver(cluster, "second");
        second.Live();

        Assert.Equal(("p", "p"), (cluster["a"].Upstream, cluster["b"].Upstream));
        Assert.Equal((3, "p"), (cluster["p"].Established!.Term, cluster["p"].Established!.Primary));
        Assert.Contains(second.Told, t => t.Sentence.Contains("was left unfinished by a coordinator before", StringComparison.Ordinal));
        Assert.Empty(second.Ended); // nothing was failed over
    }

    // ---- Stopping ----

    [Fact]
    public void Stop_InPeace_ReleasesAtOnce()
    {
        var i = new Driver(new Cluster()).InPeace();
        i.Stop();
        Assert.Equal((Step.Stopped, 1), (i.State.Step, i.Releases));
    }

    [Fact]
    public void Stop_WhileWatching_Stops()
    {
        var i = new Driver(new Cluster());
        i.Stop();
        Assert.Equal(Step.Stopped, i.State.Step);
    }

    [Fact]
    public void Stop_AmidAFailover_FinishesItFirst()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e =>
        {
            if (e.Command is NodeCommand.CutOff && !i.State.StopRequested)
                i.Stop();
            return Reaction.Answer;
        };
        i.Look();
        i.Run();
        Assert.Equal((Step.Stopped, 2L), (i.State.Step, cluster["a"].Established!.Term));
        Assert.All(cluster.Servers.Values, s => Assert.Null(s.LockHolder));
    }

    private static (Cluster Cluster, Driver Driver) FailedOver()
    {
        var cluster = new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.Look();
        i.Run();
        Assert.Equal(2, cluster["a"].Established!.Term);
        return (cluster, i);
    }

    /// <summary>One attempt at a failover in which the commands named are refused.</summary>
    private static (Cluster Cluster, Driver Driver) FailsAt(Func<Effect.AtNode, bool> refused, Cluster? cluster = null)
    {
        cluster ??= new Cluster();
        var i = new Driver(cluster).InPeace();
        i.Lose("p");
        i.React = e => refused(e) ? Reaction.Refuse : Reaction.Answer;
        i.Look();
        i.Run();
        return (cluster, i);
    }

    private static IEnumerable<string> Groups(IEnumerable<string> asked)
    {
        string? last = null;
        foreach (var name in asked.Select(a => a.Split('@')))
        {
            if (last != name[0])
                yield return name[0];
            last = name[0];
        }
    }
}

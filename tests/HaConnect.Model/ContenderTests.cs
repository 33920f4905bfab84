namespace HaConnect.Model;

/// <summary>
/// A standby that the row in force does not name may be named by the next candidate, and ack for it: that none of those that the row
/// names has gone on does not tell that nobody has. Both ways are too long for a search; the shipped machine walks beside the model.
/// </summary>
public sealed class ContenderTests
{
    private static readonly Bounds Confirming = new("confirming") { DataNodes = 4, Witnesses = 1, Unnamed = 1, Coordinators = 1, Terms = 3, Deaths = 1, PromotesAtOnce = true, TiesAsTheMachine = true };
    private static readonly Bounds FailingOver = Confirming with { Name = "failing over", DataNodes = 5, Witnesses = 2, Unnamed = 2 };

    private readonly Invariant _expected = Replay.Shipped.HasFlag(Rule.ContenderFollowers) ? Invariant.AtMostOneAckingPrimary : Invariant.None;

    [Fact]
    public void Replay_PrimaryConfirmedWhileAContenderHasAnUnnamedFollower_TwoAckOnlyWhereThatIsNotCounted()
    {
        const int n0 = 0, n1 = 1, n2 = 2, n3 = 3, witness = 4;
        var replay = new Replay(Confirming);
        Promote(replay, n1, [n1, n2, n3], [witness], follower: n3);
        replay.Take(new Move(MoveKind.Die, 0));

        // Another coordinator sees n0, which is well, n2 and the witness only.
        replay.Take(new Move(MoveKind.Survey, 0, Others: 0b10101));
        replay.Take(new Move(MoveKind.Read, 0, Others: 0b10101));
        CarryOut(replay, n0, n2, witness);
        Assert.Equal(Stage.CuttingOff, replay.Present.Offices[0].Stage);
        CarryOut(replay, n2);
        if (replay.Present.Offices[0].Stage == Stage.ReadingPositions)
            CarryOut(replay, n2, n0, n2, witness, n0, n2);
        Assert.Equal(_expected, replay.Present.Violated);
    }

    [Fact]
    public void Replay_StandbyPromotedWhileAContenderHasAnUnnamedFollower_TwoAckOnlyWhereThatIsNotCounted()
    {
        const int n0 = 0, n1 = 1, n2 = 2, n3 = 3, n4 = 4, w1 = 5, w2 = 6;
        var replay = new Replay(FailingOver);
        replay.Take(new Move(MoveKind.Write, Node: n0));
        replay.Take(new Move(MoveKind.Receive, Node: n3));
        Promote(replay, n3, [n1, n2, n3, n4], [w1, w2], follower: n4);
        replay.Take(new Move(MoveKind.Die, 0));

        // Another coordinator sees n1, n2 and the witnesses only.
        replay.Take(new Move(MoveKind.FailOver, 0, Others: 0b1100110));
        CarryOut(replay, n1, n2, w1, w2, n1, n2, n1, n2);
        if (replay.Present.Offices[0].Stage == Stage.Deciding)
        {
            CarryOut(replay, n1, n2, w1, w2, n1, n1, n2, w1, w2, n1, n1, n2);
        }

        Assert.Equal(_expected, replay.Present.Violated);
    }

    /// <summary>Term 2 up to where its row is on the promoted node, which one follower has flushed.</summary>
    private static void Promote(Replay replay, int candidate, int[] standbys, int[] witnesses, int follower)
    {
        int[] voters = [.. standbys, .. witnesses];
        replay.Take(new Move(MoveKind.FailOver, 0, Others: voters.Sum(v => 1 << v)));
        CarryOut(replay, voters);
        foreach (var standby in standbys)
        {
            CarryOut(replay, standby);
            replay.Take(new Move(MoveKind.ReceiverStops, Node: standby));
            CarryOut(replay, standby);
        }

        CarryOut(replay, standbys);
        CarryOut(replay, voters);
        CarryOut(replay, candidate);
        CarryOut(replay, voters);
        CarryOut(replay, candidate, candidate, follower);
        var length = replay.Present.Servers[candidate].Wal.Length;
        while (replay.Present.Servers[follower].Wal.Length < length)
            replay.Take(new Move(MoveKind.Receive, Node: follower));
        Assert.Equal(1, replay.Present.Flushed(candidate, replay.Present.Servers[candidate].Names, length));
    }

    private static void CarryOut(Replay replay, params int[] voters)
    {
        foreach (var voter in voters)
            replay.Take(new Move(MoveKind.CarryOut, 0, voter));
    }
}

namespace HaConnect.Model;

/// <summary>
/// A standby that the row in force does not name may be named by the next candidate, and ack for it: that none of those that the row
/// names has gone on does not tell that nobody has. Both ways are too long for a search; the shipped machine walks beside the model.
/// </summary>
public sealed class ContenderTests(ITestOutputHelper output)
{
    private static readonly Bounds Confirming = new("confirming") { DataNodes = 4, Witnesses = 1, Unnamed = 1, Coordinators = 1, Terms = 3, Deaths = 1, PromotesAtOnce = true, TiesAsTheMachine = true };
    private static readonly Bounds FailingOver = Confirming with { Name = "failing over", DataNodes = 5, Witnesses = 2, Unnamed = 2 };

    private readonly Invariant _expected = Replay.Shipped.HasFlag(Rule.ContenderFollowers) ? Invariant.AtMostOneAckingPrimary : Invariant.None;

    [Fact]
    public void Replay_PrimaryConfirmedWhileAContenderHasAnUnnamedFollower_TwoAckOnlyWhereThatIsNotCounted()
    {
        const int n0 = 0, n1 = 1, n2 = 2, n3 = 3, witness = 4;
        var replay = new Replay(Confirming);
        Assert.All(Scenario.PromotedForOneFollower(Confirming, n1, n3, rowLength: 1), move => replay.Take(move));

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
        Assert.All(Scenario.PromotedForOneFollower(FailingOver, n3, n4, rowLength: 2), move => replay.Take(move));

        // Another coordinator sees n1, n2 and the witnesses only.
        replay.Take(new Move(MoveKind.FailOver, 0, Others: 0b1100110));
        CarryOut(replay, n1, n2, w1, w2, n1, n2, n1, n2);
        if (replay.Present.Offices[0].Stage == Stage.Deciding)
        {
            CarryOut(replay, n1, n2, w1, w2, n1, n1, n2, w1, w2, n1, n1, n2);
        }

        Assert.Equal(_expected, replay.Present.Violated);
    }

    /// <summary>From where a promoted node acks with one follower, on to the end of a term more, or of two.</summary>
    [Theory]
    [InlineData(Rule.None, 0, 3, false)]
    [InlineData(Rule.None, 1, 3, false)]
    [InlineData(Rule.Contender, 0, 3, true)]
    [InlineData(Rule.ContenderFollowers, 0, 3, false)]
    [InlineData(Rule.ContenderFollowers, 1, 3, true)]
    [InlineData(Rule.DecisionKept, 0, 4, true)]
    public void Search_FromAPromotionThatOneFollowerKnowsOf_FindsHarmWhereARuleIsBroken(Rule broken, int unnamed, int terms, bool harms)
    {
        var bounds = Confirming with { Name = $"four, from term 2, {unnamed} unnamed", Unnamed = unnamed, Terms = terms, TiesAsTheMachine = false, Writes = 0 };
        var from = Scenario.After(bounds, broken, Scenario.PromotedForOneFollower(bounds, 1, 3, rowLength: 1));
        var outcome = Search.Run(bounds, broken, Search.Harm, from: from);
        output.WriteLine(Outcome.Header);
        output.WriteLine(outcome.Line);
        output.WriteLine(outcome.Story);
        Assert.Equal(harms, outcome.Violated != Invariant.None);
        Assert.NotEqual(harms, outcome.IsExhausted);
    }

    /// <summary>The second way above, without the machine: with the rule nobody is decided for.</summary>
    [Theory]
    [InlineData(Rule.None, Stage.Leading)]
    [InlineData(Rule.ContenderFollowers, Stage.Deciding)]
    public void Apply_FailoverWhileAContenderHasAnUnnamedFollower_IsRefusedUnderTheRule(Rule broken, object stage)
    {
        int[] orders = [1, 2, 5, 6, 1, 2, 1, 2];
        Move[] moves =
        [
            new(MoveKind.Write, Node: 0), new(MoveKind.Receive, Node: 3), .. Scenario.PromotedForOneFollower(FailingOver, 3, 4, rowLength: 2),
            new(MoveKind.FailOver, 0, Others: 0b1100110), .. orders.Select(v => new Move(MoveKind.CarryOut, 0, v)),
        ];
        Assert.Equal(stage, Scenario.After(FailingOver, broken, moves).Offices[0].Stage);
    }

    [Fact]
    public void Search_FollowerBeforeTheRow_AnAckedWriteIsMissed()
    {
        var bounds = Confirming with { Name = "four, before the row", Unnamed = 0, TiesAsTheMachine = false };
        var from = Scenario.After(bounds, Rule.RowFirst, Scenario.PromotedForOneFollower(bounds, 1, 3, rowLength: 0));
        Assert.Equal(1, from.Acked);
        var outcome = Search.Run(bounds, Rule.RowFirst, Search.Harm, from: from);
        output.WriteLine(outcome.Line);
        output.WriteLine(outcome.Story);
        Assert.Equal(Invariant.NoLostAck, outcome.Violated);
    }

    private static void CarryOut(Replay replay, params int[] voters)
    {
        foreach (var voter in voters)
            replay.Take(new Move(MoveKind.CarryOut, 0, voter));
    }
}

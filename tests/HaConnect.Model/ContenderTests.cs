namespace HaConnect.Model;

/// <summary>
/// A standby that the row in force does not name may be named by the next candidate, and ack for it: that none of those that the row
/// names has gone on does not tell that nobody has. Too long for a search from the start; the shipped machine walks beside the model.
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

    [Fact]
    public void Apply_FailoverWhileAContenderHasAnUnnamedFollower_IsNotBegunUnderTheRule()
    {
        Move[] before = [new(MoveKind.Write, Node: 0), new(MoveKind.Receive, Node: 3), .. Scenario.PromotedForOneFollower(FailingOver, 3, 4, rowLength: 2)];
        var begun = new Move(MoveKind.FailOver, 0, Others: 0b1100110);
        Assert.False(Moves.Apply(Scenario.After(FailingOver, Rule.None, before), begun));
        Assert.True(Moves.Apply(Scenario.After(FailingOver, Rule.ContenderFollowers, before), begun));
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

using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class RowJudgeTests
{
    /// <summary>Each look as digest and version; - for no row. Left and right before, right and left now.</summary>
    [Theory]
    [InlineData("1v1", "1v9", "1v9", "1v1", nameof(Judgement.Equal))]
    [InlineData("1v1", "2v9", "1v8", "1v1", nameof(Judgement.Equal))] // it has come
    [InlineData("1v1", "2v9", "3v8", "3v2", nameof(Judgement.Equal))] // both went on
    [InlineData("1v1", "2v9", "1v8", "3v2", nameof(Judgement.Equal))] // as the left was
    [InlineData("1v1", "-", "-", "-", nameof(Judgement.Equal))] // gone
    [InlineData("-", "2v9", "-", "-", nameof(Judgement.Equal))]
    [InlineData("1v1", "2v9", "2v9", "1v1", nameof(Judgement.Changed))]
    [InlineData("1v1", "-", "-", "1v1", nameof(Judgement.Missing))]
    [InlineData("-", "2v9", "2v9", "-", nameof(Judgement.Extra))]
    [InlineData("1v1", "2v9", "2v9", "1v2", nameof(Judgement.InFlux))] // changed and changed back: another version
    [InlineData("1v1", "2v9", "2v8", "1v1", nameof(Judgement.InFlux))] // the right side is on its way
    [InlineData("1v1", "2v9", "2v9", "3v2", nameof(Judgement.InFlux))]
    [InlineData("-", "2v9", "2v9", "3v2", nameof(Judgement.InFlux))]
    [InlineData("-", "-", "2v9", "-", nameof(Judgement.InFlux))] // only now: it may have been born and be gone in between
    [InlineData("1v1", "-", "3v9", "1v1", nameof(Judgement.InFlux))]
    public void Judge_TwoLooksAtEachSide_IsJudgedByWhatStoodStill(string leftBefore, string rightBefore, string rightNow, string leftNow, string expected) =>
        Assert.Equal(expected, RowJudge.Judge(State(leftBefore), State(rightBefore), State(rightNow), State(leftNow)).ToString());

    [Fact]
    public void Merge_RowSeenTwice_IsNeitherOfTheTwoInWhateverOrder()
    {
        (long, RowState)[] rows = [(1, new RowState(10, 5)), (2, new RowState(20, 5)), (1, new RowState(10, 6))];
        var (once, again) = (RowList.Merge(rows, areCounted: false), RowList.Merge(rows.Reverse(), areCounted: false));
        Assert.Equal(once[1], again[1]); // it really is there twice: two looks find the same
        Assert.NotEqual(10, once[1].Digest);
        Assert.Equal((new RowState(20, 5), 6), (once[2], once[1].Version));
        Assert.NotEqual(once[1], RowList.Merge([(1, new RowState(10, 6)), (1, new RowState(10, 7))], areCounted: false)[1]); // it moves
        Assert.Equal(new RowState(20, 6), RowList.Merge(rows, areCounted: true)[1]);
    }

    [Fact]
    public void Compare_RowThatTheRightSideHasTwice_IsNotAlike()
    {
        var (left, right) = (RowList.Merge([(1, new RowState(10, 5))], areCounted: false), RowList.Merge([(1, new RowState(10, 7)), (1, new RowState(10, 7))], areCounted: false));
        var found = Assert.Single(RowList.Compare(left, right)).Value;
        Assert.Equal(Judgement.Changed, RowJudge.Judge(found.Left, found.Right, right[1], left[1]));
    }

    [Fact]
    public void Compare_TwoLists_GivesWhatIsNotAlikeWhateverTheVersion()
    {
        var left = new Dictionary<long, RowState> { [1] = new(10, 1), [2] = new(20, 1), [3] = new(30, 1) };
        var right = new Dictionary<long, RowState> { [1] = new(10, 9), [2] = new(21, 9), [4] = new(40, 9) };
        var found = RowList.Compare(left, right);
        Assert.Equal([2, 3, 4], found.Keys.Order());
        Assert.Equal((null, new RowState(40, 9)), (found[4].Left, found[4].Right));
    }

    private static RowState? State(string text) => text == "-" ? null : new RowState(text[0] - '0', text[2] - '0');
}

using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class CopyJudgeTests
{
    private const long Epoch = 1L << 32;

    [Theory]
    [InlineData(100, 500, 100)]
    [InlineData(499, 500, 499)]
    [InlineData(2, Epoch + 500, 2)] // frozen
    [InlineData(100, Epoch + 500, Epoch + 100)]
    [InlineData(600, Epoch + 500, 600)] // of the epoch before
    [InlineData(4_000_000_000, 2 * Epoch + 500, Epoch + 4_000_000_000)]
    public void Whole_LowerHalf_IsTheLastTransactionWithIt(long lower, long next, long expected) => Assert.Equal(expected, CopyJudge.Whole(lower, next));

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)] // the copy's next one
    [InlineData(150, true)]
    [InlineData(50, true)] // which was rolled back in the copy
    public void IsExcused_VersionOfTheLeftSide_IsByWhoMadeIt(long version, bool expected) =>
        Assert.Equal(expected, CopyJudge.IsExcused(new Candidate(new RowState(1, version), null), copyNext: 100, next: 200, new HashSet<long> { 50 }));

    [Fact]
    public void IsExcused_RowThatOnlyTheCopyHas_Is() => Assert.True(CopyJudge.IsExcused(new Candidate(null, new RowState(1, 5)), 100, 200, new HashSet<long>()));
}

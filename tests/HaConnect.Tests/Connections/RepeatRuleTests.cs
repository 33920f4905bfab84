using HaConnect.Commits;
using HaConnect.Connections;

namespace HaConnect.Tests.Connections;

public sealed class RepeatRuleTests
{
    /// <summary>The table of docs/concepts/retries.md; null for work that only reads.</summary>
    [Theory]
    [InlineData(null, "NotApplied", true)]
    [InlineData(null, "Unknown", true)]
    [InlineData(null, "Applied", false)]
    [InlineData(WorkKind.IdempotentWrite, "NotApplied", true)]
    [InlineData(WorkKind.IdempotentWrite, "Unknown", true)]
    [InlineData(WorkKind.IdempotentWrite, "Applied", false)]
    [InlineData(WorkKind.Write, "NotApplied", true)]
    [InlineData(WorkKind.Write, "Unknown", false)]
    [InlineData(WorkKind.Write, "Applied", false)]
    [InlineData(WorkKind.Never, "NotApplied", false)]
    [InlineData(WorkKind.Never, "Unknown", false)]
    [InlineData(WorkKind.Never, "Applied", false)]
    public void Allows_KindAndEnd_IsTheTable(WorkKind? kind, string end, bool allowed) =>
        Assert.Equal(allowed, RepeatRule.Allows(kind ?? WorkKind.IdempotentWrite, onlyReads: kind is null, Enum.Parse<WorkEnd>(end)));

    [Theory]
    [InlineData("ConnectionLost", false, false, false, "NotApplied")] // before COMMIT
    [InlineData("ConnectionLost", true, false, false, "Unknown")]
    [InlineData("ConnectionLost", true, false, true, "Unknown")] // terminated: a FATAL answer, perhaps after the local commit
    [InlineData("Abandoned", false, false, false, "NotApplied")]
    [InlineData("Abandoned", true, false, false, "Unknown")]
    [InlineData("Left", true, false, false, "Unknown")]
    [InlineData("Deaf", false, false, false, "NotApplied")]
    [InlineData("NotConfirmed", false, false, false, "Unknown")] // something was committed
    [InlineData("NotConfirmed", true, false, false, "Unknown")]
    [InlineData("Failed", false, false, false, "NotApplied")]
    [InlineData("Failed", true, false, true, "NotApplied")] // COMMIT itself was refused
    [InlineData("Failed", true, false, false, "Unknown")]
    [InlineData("Failed", false, true, true, "Unknown")] // the work may have committed by itself
    public void End_OfATransaction_IsAsStrongAsIsProvable(string outcome, bool commitHasBegun, bool endedByWork, bool serverAnswered, string end) =>
        Assert.Equal(Enum.Parse<WorkEnd>(end), TransactionAttempt<int>.End(Enum.Parse<AttemptOutcome>(outcome), commitHasBegun, endedByWork, serverAnswered));

    [Theory]
    [InlineData(true, 23, "Applied")]
    [InlineData(false, 1, "NotApplied")]
    [InlineData(false, 12, "Unknown")] // its row may have been cleaned up
    public void Judge_TokenAndAge_IsCertainOnlyWhileRowsAreKept(bool isCommitted, int hours, string end) =>
        Assert.Equal(Enum.Parse<WorkEnd>(end), CommitTokens.Judge(isCommitted, TimeSpan.FromHours(hours)));
}

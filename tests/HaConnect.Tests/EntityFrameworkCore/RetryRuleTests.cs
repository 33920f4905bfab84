using HaConnect.Connections;
using HaConnect.EntityFrameworkCore.Retries;
using Npgsql;

namespace HaConnect.Tests.EntityFrameworkCore;

public sealed class RetryRuleTests
{
    [Theory]

    // A lost connection: repeated, but for what may have been applied, what the application keeps open, and a caller who gave up.
    [InlineData("lost", "", "Repeat")]
    [InlineData("lost", "applied", "Throw")]
    [InlineData("lost", "kept open", "Throw")]
    [InlineData("lost", "caller", "Throw")]
    [InlineData("lost", "reading", "Repeat")]
    [InlineData("lost", "writing", "Unknown")]
    [InlineData("fatal", "", "Repeat")]
    [InlineData("fatal", "writing", "Unknown")]

    // What the server answered.
    [InlineData("40001", "", "Repeat")]
    [InlineData("40001", "applied", "Throw")]
    [InlineData("40001", "writing", "Throw")]
    [InlineData("40001", "kept open", "Throw")]
    [InlineData("25006", "", "Repeat")]
    [InlineData("25006", "applied", "Throw")]
    [InlineData("25006", "reading", "WroteWhileReading")]
    [InlineData("23505", "", "Throw")]

    // Given up since its node was lost.
    [InlineData("cancelled", "given up", "Repeat")]
    [InlineData("cancelled", "given up, applied", "LostInPart")]
    [InlineData("cancelled", "given up, kept open", "LostInPart")]
    [InlineData("cancelled", "given up, caller", "Throw")]
    [InlineData("cancelled", "given up, writing", "Unknown")]
    [InlineData("cancelled", "caller", "Throw")]
    [InlineData("57014", "given up", "Repeat")]

    // What took too long, what HaConnect says itself, and what is none of its business.
    [InlineData("timeout", "", "Throw")]
    [InlineData("timeout", "given up", "Repeat")]
    [InlineData("not applied", "", "Repeat")]
    [InlineData("not applied", "applied", "Throw")]
    [InlineData("no primary", "", "Throw")]
    [InlineData("unknown", "", "Throw")]
    [InlineData("own", "", "Throw")]
    public void Judge_EachErrorAndState_SaysWhatIsToBeDone(string error, string state, string verdict)
    {
        var broken = error == "lost";
        Exception thrown = error switch
        {
            "lost" => new NpgsqlException("Exception while reading from stream", new IOException()),
            "fatal" => new PostgresException("as if", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown),
            "cancelled" => new OperationCanceledException(),
            "timeout" => new NpgsqlException("as if", new TimeoutException()),
            "not applied" => new RepeatException("as if", null),
            "no primary" => new NoPrimaryException("as if", ClusterSnapshot.Initial([]), isTransient: true, null),
            "unknown" => CommitOutcomeUnknownException.Of("as if", "", null, isTransient: false, null),
            "own" => new InvalidOperationException("as if"),
            _ => new PostgresException("as if", "ERROR", "ERROR", error),
        };
        var judged = RetryRule.Judge(
            thrown, broken, Is("given up"), isWriting: Is("writing"), mayBeApplied: Is("applied"), isReading: Is("reading"), isKeptOpen: Is("kept open"), callerGaveUp: Is("caller"));
        Assert.Equal(verdict, judged.ToString());

        bool Is(string what) => state.Contains(what, StringComparison.Ordinal);
    }
}

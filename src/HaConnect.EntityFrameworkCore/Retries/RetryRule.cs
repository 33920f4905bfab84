using HaConnect.Connections;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Retries;

/// <summary>Judges a failed attempt.</summary>
internal static class RetryRule
{
    /// <param name="error">What it threw.</param>
    /// <param name="isBroken">Whether its connection was lost.</param>
    /// <param name="isGivenUp">Whether its node was lost, and it was cancelled for that.</param>
    /// <param name="isWriting">Whether something that may write ran outside of a transaction, and has not ended well.</param>
    /// <param name="mayBeApplied">Whether something of it was applied, or may have been.</param>
    /// <param name="isReading">Whether the context only reads.</param>
    /// <param name="isKeptOpen">Whether the application keeps the connection open, or it is not HaConnect's: what belongs to its session cannot be had again by repeating the last operation.</param>
    /// <param name="callerGaveUp">Whether the caller's token is cancelled.</param>
    internal static RetryVerdict Judge(Exception error, bool isBroken, bool isGivenUp, bool isWriting, bool mayBeApplied, bool isReading, bool isKeptOpen, bool callerGaveUp)
    {
        var mayNotRepeat = mayBeApplied || isKeptOpen || callerGaveUp;
        if (error is RepeatException)
            return mayNotRepeat ? RetryVerdict.Throw : RetryVerdict.Repeat;
        if (error is HaConnectException)
            return RetryVerdict.Throw; // an open has waited by itself
        var answer = InnerOf<PostgresException>(error);
        var isAnswered = answer is { InvariantSeverity: "ERROR" };
        var isLost = isBroken || answer is { InvariantSeverity: "FATAL" or "PANIC" };
        if (isWriting)
            return (isLost || isGivenUp) && !isAnswered ? RetryVerdict.Unknown : RetryVerdict.Throw; // a procedure may have committed before its error
        if (isReading && answer?.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
            return RetryVerdict.WroteWhileReading;
        if (isGivenUp && !callerGaveUp)
            return mayNotRepeat ? RetryVerdict.LostInPart : RetryVerdict.Repeat;
        if (mayNotRepeat || InnerOf<TimeoutException>(error) is not null)
            return RetryVerdict.Throw; // what took too long would do so again
        return isLost || answer is { IsTransient: true } or { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } ? RetryVerdict.Repeat : RetryVerdict.Throw;
    }

    private static T? InnerOf<T>(Exception error)
        where T : Exception
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is T found)
                return found;
        }

        return null;
    }
}

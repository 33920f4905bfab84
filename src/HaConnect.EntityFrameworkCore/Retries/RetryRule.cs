using HaConnect.Connections;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Retries;

/// <summary>Judges a failed attempt.</summary>
internal static class RetryRule
{
    /// <param name="error">What it threw.</param>
    /// <param name="isBroken">Whether its connection was lost.</param>
    /// <param name="isWriting">Whether something that may write ran outside of a transaction.</param>
    /// <param name="hasApplied">Whether something of it was applied before.</param>
    /// <param name="isReading">Whether the context only reads.</param>
    /// <param name="isKeptOpen">Whether the application keeps the connection open: what belongs to its session cannot be had again by repeating the last operation.</param>
    /// <param name="callerGaveUp">Whether the caller's token is cancelled.</param>
    internal static RetryVerdict Judge(Exception error, bool isBroken, bool isWriting, bool hasApplied, bool isReading, bool isKeptOpen, bool callerGaveUp)
    {
        if (error is RepeatException)
            return hasApplied || isKeptOpen || callerGaveUp ? RetryVerdict.Throw : RetryVerdict.Repeat;
        if (error is HaConnectException)
            return RetryVerdict.Throw; // an open has waited by itself
        var answer = AnswerIn(error);
        var isLost = isBroken || answer is { InvariantSeverity: "FATAL" or "PANIC" };
        if (isLost && isWriting && answer is not { InvariantSeverity: "ERROR" })
            return RetryVerdict.Unknown;
        if (isReading && answer?.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
            return RetryVerdict.WroteWhileReading;
        if (hasApplied || isKeptOpen || callerGaveUp)
            return RetryVerdict.Throw;
        return isLost || answer is { IsTransient: true } or { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } ? RetryVerdict.Repeat : RetryVerdict.Throw;
    }

    private static PostgresException? AnswerIn(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is PostgresException answer)
                return answer;
        }

        return null;
    }
}

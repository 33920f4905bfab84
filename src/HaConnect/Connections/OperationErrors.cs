using Npgsql;

namespace HaConnect.Connections;

/// <summary>What the exception of a piece of work says about its outcome.</summary>
internal static class OperationErrors
{
    /// <summary>
    /// Whether it threw because its connection was lost. A token of the caller's that the work gave to Npgsql by itself ends the
    /// connection too, with an <see cref="OperationCanceledException"/> that does not say whether a commit was under way. An error that the
    /// server answered says that its statement was not applied, whoever closed the connection then.
    /// </summary>
    internal static bool IsLostConnection(Exception error, bool connectionIsClosed)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is PostgresException answer)
                return answer is { InvariantSeverity: "FATAL" or "PANIC" } or { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown };
            if (connectionIsClosed && e is NpgsqlException or OperationCanceledException or TimeoutException)
                return true;
        }

        return false;
    }

    /// <summary>Whether the work ended since it, or its statement, was cancelled.</summary>
    internal static bool IsCancellation(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
                return true;
        }

        return false;
    }
}

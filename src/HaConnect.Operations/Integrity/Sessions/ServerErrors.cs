using Npgsql;

namespace HaConnect.Operations.Integrity;

/// <summary>What an error of a server means for a verification. Pure.</summary>
internal static class ServerErrors
{
    /// <summary>In <see cref="Exception.Data"/>: at which side.</summary>
    internal const string Side = "haconnect.side";

    /// <summary>
    /// Whether the same statement may well succeed later: replay on a standby cancels a statement that is in its way (40001), a lock is held, a server is starting or was restarted.
    /// </summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException
        {
            SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.OutOfMemory
        } => true,
        PostgresException => false,
        NpgsqlException e => e.IsTransient,
        _ => false,
    };

    internal static string Describe(PostgresException exception) => $"{exception.Data[Side]}: {exception.SqlState}: {exception.MessageText}";

    /// <summary>Whether the server cannot read what it has stored.</summary>
    internal static bool IsCorruption(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted or PostgresErrorCodes.InternalError or PostgresErrorCodes.UndefinedFile;
}

using Npgsql;

namespace HaConnect.Connections;

/// <summary>The outcome of idempotent work is unknown; it is repeated, and reaches the caller only when time has run out.</summary>
internal sealed class RepeatException(string message, Exception? innerException) : NpgsqlException(message, innerException)
{
    public override bool IsTransient => true;
}

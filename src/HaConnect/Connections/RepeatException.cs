using Npgsql;

namespace HaConnect.Connections;

/// <summary>What was tried is certainly not applied, or it is idempotent: it is repeated, and this reaches the caller only when time has run out.</summary>
internal sealed class RepeatException(string message, Exception? innerException) : NpgsqlException(message, innerException)
{
    public override bool IsTransient => true;
}

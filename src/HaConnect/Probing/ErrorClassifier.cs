using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace HaConnect.Probing;

/// <summary>What an error says about the node it came from. Pure; the table of DESIGN section "What an error says".</summary>
internal static class ErrorClassifier
{
    internal static ProbeFailure Classify(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException postgres:
                    return new ProbeFailure(OfSqlState(postgres.SqlState), $"{postgres.SqlState}: {postgres.MessageText}", postgres.SqlState);
                case TimeoutException or OperationCanceledException:
                    return new ProbeFailure(ProbeFailureKind.TimedOut, "no answer in time");
                case SocketException socket:
                    return new ProbeFailure(OfSocketError(socket.SocketErrorCode), socket.Message);
                case AuthenticationException:
                    return OfTransport(e.Message);
                case EndOfStreamException:
                    return new ProbeFailure(ProbeFailureKind.Refused, "the server closed the connection");
            }
        }

        // Npgsql reports a missing password and a server without TLS as NpgsqlException without an inner exception.
        if (exception is NpgsqlException && exception.Message.StartsWith("SSL connection requested", StringComparison.Ordinal))
            return OfTransport(exception.Message);
        var isConfiguration = exception is NpgsqlException && exception.Message.Contains("password", StringComparison.OrdinalIgnoreCase);
        return new ProbeFailure(isConfiguration ? ProbeFailureKind.Misconfigured : ProbeFailureKind.Unclear, exception.Message);
    }

    private static ProbeFailure OfTransport(string message) => new(
        ProbeFailureKind.Misconfigured,
        $"{message.TrimEnd('.')}. Where ConnectionString has no SSL Mode, the server's certificate and its name are checked away from loopback (docs/operations/security.md): give Root Certificate, or say SSL Mode");

    private static ProbeFailureKind OfSqlState(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.AdminShutdown => ProbeFailureKind.Refused,
        PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.CrashShutdown => ProbeFailureKind.NotReady,
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.DiskFull or PostgresErrorCodes.QueryCanceled => ProbeFailureKind.Overloaded,
        PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege => ProbeFailureKind.Misconfigured,
        _ when sqlState.StartsWith("28", StringComparison.Ordinal) => ProbeFailureKind.Misconfigured,
        _ => ProbeFailureKind.Unclear,
    };

    private static ProbeFailureKind OfSocketError(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => ProbeFailureKind.Refused,
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown => ProbeFailureKind.TimedOut,
        SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery => ProbeFailureKind.Misconfigured,
        _ => ProbeFailureKind.Unclear,
    };
}

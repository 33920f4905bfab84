using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace HaConnect.Scenarios.Running;

/// <summary>The exceptions with which probes fail, as Npgsql throws them.</summary>
internal static class ProbeErrors
{
    internal static Exception Of(string failure) => failure switch
    {
        "refused" => Socket(SocketError.ConnectionRefused),
        "reset" => Socket(SocketError.ConnectionReset),
        "unreachable" => Socket(SocketError.HostUnreachable),
        "unknown host" => Socket(SocketError.HostNotFound),
        "closed" => new NpgsqlException("Exception while reading from stream", new EndOfStreamException("Attempted to read past the end of the stream.")),
        "timeout" => new NpgsqlException("Exception while reading from stream", new TimeoutException("Timeout during reading attempt")),
        "certificate" => new NpgsqlException("Exception while performing SSL handshake", new AuthenticationException("The remote certificate was rejected")),
        "garbage" => new NpgsqlException("Received unexpected backend message"),
        { Length: 5 } when failure.All(char.IsAsciiLetterOrDigit) && !failure.Any(char.IsAsciiLetterLower) => new PostgresException("the server says so", "FATAL", "FATAL", failure),
        _ => throw new ArgumentException($"'{failure}' is no way in which a probe fails", nameof(failure)),
    };

    private static NpgsqlException Socket(SocketError error) => new("Failed to connect", new SocketException((int)error));
}

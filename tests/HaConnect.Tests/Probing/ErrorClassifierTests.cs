using System.Net.Sockets;
using System.Security.Authentication;
using HaConnect.Probing;
using Npgsql;

namespace HaConnect.Tests.Probing;

/// <summary>DESIGN.md, "What an error says".</summary>
public sealed class ErrorClassifierTests
{
    [Theory]
    [InlineData("57P01", nameof(ProbeFailureKind.Refused))] // admin_shutdown
    [InlineData("57P02", nameof(ProbeFailureKind.NotReady))] // crash_shutdown: another process of a server that starts up again by itself
    [InlineData("57P03", nameof(ProbeFailureKind.NotReady))] // cannot_connect_now: a server is there
    [InlineData("53300", nameof(ProbeFailureKind.Overloaded))] // too_many_connections: overload, not death
    [InlineData("53200", nameof(ProbeFailureKind.Overloaded))]
    [InlineData("53100", nameof(ProbeFailureKind.Overloaded))]
    [InlineData("28P01", nameof(ProbeFailureKind.Misconfigured))] // invalid_password
    [InlineData("28000", nameof(ProbeFailureKind.Misconfigured))] // no pg_hba.conf entry
    [InlineData("3D000", nameof(ProbeFailureKind.Misconfigured))] // no such database
    [InlineData("42501", nameof(ProbeFailureKind.Misconfigured))] // insufficient_privilege
    [InlineData("57014", nameof(ProbeFailureKind.Overloaded))] // a statement timeout says nothing but that somebody answers
    [InlineData("25006", nameof(ProbeFailureKind.Unclear))] // the next probe tells the role
    [InlineData("XX000", nameof(ProbeFailureKind.Unclear))]
    public void Classify_SqlState_SaysWhatItProves(string sqlState, string expected)
    {
        var failure = ErrorClassifier.Classify(new PostgresException("the message", "FATAL", "FATAL", sqlState));
        Assert.Equal((expected, sqlState), (failure.Kind.ToString(), failure.SqlState));
        Assert.Equal($"{sqlState}: the message", failure.Message);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, nameof(ProbeFailureKind.Refused))]
    [InlineData(SocketError.ConnectionReset, nameof(ProbeFailureKind.Refused))]
    [InlineData(SocketError.ConnectionAborted, nameof(ProbeFailureKind.Refused))]
    [InlineData(SocketError.Shutdown, nameof(ProbeFailureKind.Refused))]
    [InlineData(SocketError.TimedOut, nameof(ProbeFailureKind.TimedOut))]
    [InlineData(SocketError.HostNotFound, nameof(ProbeFailureKind.Misconfigured))]
    [InlineData(SocketError.NoData, nameof(ProbeFailureKind.Misconfigured))]
    [InlineData(SocketError.HostUnreachable, nameof(ProbeFailureKind.TimedOut))]
    [InlineData(SocketError.NetworkUnreachable, nameof(ProbeFailureKind.TimedOut))]
    [InlineData(SocketError.TryAgain, nameof(ProbeFailureKind.Unclear))] // the name server does not answer now
    public void Classify_SocketError_SaysWhatItProves(SocketError error, string expected)
    {
        var socket = new SocketException((int)error);
        Assert.Equal(expected, ErrorClassifier.Classify(socket).Kind.ToString());
        Assert.Equal(expected, ErrorClassifier.Classify(new NpgsqlException("Failed to connect", socket)).Kind.ToString());
        Assert.Equal(expected, ErrorClassifier.Classify(new NpgsqlException("Exception while reading", new IOException("x", socket))).Kind.ToString());
    }

    public static TheoryData<Exception, string> Others => new()
    {
        { new NpgsqlException("reading", new EndOfStreamException()), nameof(ProbeFailureKind.Refused) },
        { new NpgsqlException("reading", new TimeoutException()), nameof(ProbeFailureKind.TimedOut) },
        { new TimeoutException(), nameof(ProbeFailureKind.TimedOut) },
        { new OperationCanceledException(), nameof(ProbeFailureKind.TimedOut) },
        { new NpgsqlException("SSL connection requested. No SSL enabled connection from this host is configured."), nameof(ProbeFailureKind.Misconfigured) },
        { new NpgsqlException("tls", new AuthenticationException("bad certificate")), nameof(ProbeFailureKind.Misconfigured) },
        { new NpgsqlException("No password has been provided but the backend requires one"), nameof(ProbeFailureKind.Misconfigured) },
        { new InvalidOperationException("whatever"), nameof(ProbeFailureKind.Unclear) },
        { new NpgsqlException("whatever"), nameof(ProbeFailureKind.Unclear) },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void Classify_OtherErrors_ByTheInnermostThatSaysSomething(Exception exception, string expected) =>
        Assert.Equal(expected, ErrorClassifier.Classify(exception).Kind.ToString());
}

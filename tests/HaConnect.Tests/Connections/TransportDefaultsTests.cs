using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Tests.Connections;

public sealed class TransportDefaultsTests
{
    [Theory]
    [InlineData("db1", "", SslMode.VerifyFull)]
    [InlineData("10.0.0.1", "", SslMode.VerifyFull)]
    [InlineData("2001:db8::1", "", SslMode.VerifyFull)]
    [InlineData("127.example.org", "", SslMode.VerifyFull)]
    [InlineData("localhost.example.org", "", SslMode.VerifyFull)]
    [InlineData("localhost,db1", "", SslMode.VerifyFull)]
    [InlineData("db1", ";Root Certificate=/ca.crt", SslMode.VerifyFull)]
    [InlineData("db1", ";SSL Mode=Prefer", SslMode.Prefer)]
    [InlineData("db1", ";sslmode=disable", SslMode.Disable)]
    [InlineData("db1", ";SslMode=Require", SslMode.Require)]
    [InlineData("localhost", "", SslMode.Prefer)]
    [InlineData("LOCALHOST", "", SslMode.Prefer)]
    [InlineData("127.0.0.1", "", SslMode.Prefer)]
    [InlineData("127.1.2.3,[::1]:5433", "", SslMode.Prefer)]
    [InlineData("::1", "", SslMode.Prefer)]
    [InlineData("/var/run/postgresql", "", SslMode.Prefer)]
    [InlineData("localhost", ";SSL Mode=VerifyFull", SslMode.VerifyFull)]
    public void Apply_ChecksTheCertificateAwayFromLoopback_UnlessToldOtherwise(string host, string more, SslMode expected)
    {
        var connectionString = $"Username=app{more}";
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Host = host };
        TransportDefaults.Apply(settings, connectionString);
        Assert.Equal(expected, settings.SslMode);
    }
}

using HaConnect.ClusterTests.Network;
using HaConnect.Discovery;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Discovery;

/// <summary>A server whose certificate bears a DNS name, found as an address.</summary>
public sealed class CertificateTests : ClusterTest
{
    [Fact]
    public async Task VerifyFull_NodeFoundAsAnAddress_IsCheckedAgainstTheDnsName()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        var node = cluster["n1"];
        var certificate = await ServerCertificate.IssueAsync(node, ["localhost"], Cancelled);
        var options = new HaDatabaseOptions
        {
            ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app;SSL Mode=VerifyFull;Root Certificate={certificate}",
            Connections = { WaitTimeout = TimeSpan.FromSeconds(15) },
        };
        await using (var db = new HaDataSourceBuilder(options).AddDiscovery(new DnsAddresses("localhost", node.Port) { Family = System.Net.Sockets.AddressFamily.InterNetwork }).Build())
        {
            await using var connection = await db.OpenConnectionAsync(Cancelled);
            Assert.Equal("127.0.0.1", connection.Host);
            await using var command = new Npgsql.NpgsqlCommand("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
            Assert.True((bool)(await command.ExecuteScalarAsync(Cancelled))!);
            Assert.Equal($"127.0.0.1:{node.Port}", Assert.Single(db.Snapshot.Nodes).Name);
        }

        // A callback of the application's own takes its place.
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(5);
        await using (var own = new HaDataSourceBuilder(options).ConfigureDataSource(b => b.UseSslClientAuthenticationOptionsCallback(tls => tls.TargetHost = "other.test")).Build())
            await Assert.ThrowsAsync<NoPrimaryException>(async () => await own.OpenConnectionAsync(Cancelled));

        // The check is in force: the address alone is not what the certificate bears.
        options.Discovery.Sources.Clear();
        await using var other = new HaDataSourceBuilder(options).AddDiscovery(new ListedHosts($"127.0.0.1:{node.Port}")).Build();
        var error = await Assert.ThrowsAsync<NoPrimaryException>(async () => await other.OpenConnectionAsync(Cancelled));
        Assert.Contains("certificate", error.Message, StringComparison.OrdinalIgnoreCase);
    }
}

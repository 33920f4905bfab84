using HaConnect.ClusterTests.Network;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Connections;

/// <summary>What is encrypted and checked where the connection string does not say.</summary>
public sealed class TransportTests : ClusterTest
{
    [Fact]
    public async Task AwayFromLoopback_TheServersCertificateIsChecked()
    {
        var address = OwnAddress.OfThisMachine;
        Assert.SkipWhen(address is null, "this machine has no address but loopback");
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, ListenAddress = address });
        var node = cluster["n1"];

        // No TLS at the server: nothing is sent in clear, and it is said at once what to do.
        var none = await RefusedAsync("");
        Assert.False(none.IsTransient);
        Assert.Contains("No SSL enabled", none.Message, StringComparison.Ordinal);
        Assert.Contains("say SSL Mode", none.Message, StringComparison.Ordinal);
        Assert.False(await IsEncryptedAsync(";SSL Mode=Prefer"));

        // A certificate of nobody known, then of another name, then the right one.
        var certificate = await ServerCertificate.IssueAsync(node, ["other.test"], Cancelled);
        Assert.Contains("remote certificate", (await RefusedAsync("")).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("remote certificate", (await RefusedAsync($";Root Certificate={certificate}")).Message, StringComparison.OrdinalIgnoreCase);
        Assert.True(await IsEncryptedAsync($";Root Certificate={certificate};SSL Mode=VerifyCA"));
        Assert.True(await IsEncryptedAsync(";SSL Mode=Require"));
        certificate = await ServerCertificate.IssueAsync(node, ["other.test", address], Cancelled);
        Assert.True(await IsEncryptedAsync($";Root Certificate={certificate}"));

        HaDataSource Build(string more) => new HaDataSourceBuilder(new HaDatabaseOptions
        {
            ConnectionString = $"Host={address};Port={node.Port};Username={cluster.Application.User};Password={cluster.Application.Password};Database=app{more}",
            Connections = { WaitTimeout = TimeSpan.FromSeconds(30) },
        }).Build();

        async Task<NoPrimaryException> RefusedAsync(string more)
        {
            await using var db = Build(more);
            var error = await Assert.ThrowsAsync<NoPrimaryException>(async () => await db.OpenConnectionAsync(Cancelled));
            TestContext.Current.TestOutputHelper?.WriteLine(error.Message);
            return error;
        }

        async Task<bool> IsEncryptedAsync(string more)
        {
            await using var db = Build(more);
            await using var connection = await db.OpenConnectionAsync(Cancelled);
            await using var ask = new NpgsqlCommand("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
            return (bool)(await ask.ExecuteScalarAsync(Cancelled))!;
        }
    }
}

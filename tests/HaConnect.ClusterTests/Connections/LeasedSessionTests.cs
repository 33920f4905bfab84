using HaConnect.ClusterTests.DataSource;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.ClusterTests.Connections;

/// <summary>A server that does not know a setting of the lease, as before PostgreSQL 14: sessions are opened without it.</summary>
public sealed class LeasedSessionTests(ServingCluster serving) : IClassFixture<ServingCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-c idle_session_timeout=4321", "4321ms")]
    [InlineData("-c idle_session_timeout_of_old=4321", "0")]
    public async Task Open_SettingUnknown_GoesWithoutIt(string lease, string expected)
    {
        await using var source = new LeasedSessionSource(Source(lease), Source(""), TimeProvider.System);
        for (var i = 0; i < 2; i++)
        {
            await using var session = await source.OpenAsync(TimeSpan.FromSeconds(30), Cancelled);
            Assert.Equal(expected, await session.QueryAsync("SELECT pg_catalog.current_setting('idle_session_timeout')", static r => r.GetString(0), TimeSpan.FromSeconds(30), Cancelled));
        }
    }

    /// <summary>Any other refusal is the caller's to hear.</summary>
    [Fact]
    public async Task Open_RefusedForAnotherReason_Fails()
    {
        await using var source = new LeasedSessionSource(Source("", "nobody"), Source("", "nobody"), TimeProvider.System);
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => source.OpenAsync(TimeSpan.FromSeconds(30), Cancelled));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, Assert.IsType<PostgresException>(error).SqlState);
    }

    private NpgsqlDataSource Source(string options, string? user = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(serving.Cluster.NodeConnectionString(serving.Cluster["n1"])) { Pooling = false };
        if (options.Length > 0)
            settings.Options = options;
        if (user is not null)
            settings.Username = user;
        return NpgsqlDataSource.Create(settings);
    }
}

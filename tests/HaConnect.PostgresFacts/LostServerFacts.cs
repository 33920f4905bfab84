using HaConnect.Probing;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>What a server that went away, or is not ready, looks like to Npgsql: the table of ErrorClassifier.</summary>
public sealed class LostServerFacts(PairCluster pair) : IClassFixture<PairCluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A killed server refuses connections and its sessions break: both count at once, unlike a time-out.</summary>
    [Fact]
    public async Task Kill_OpenAndNewSession_AreRefused()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2");

        await cluster["n2"].KillAsync(Cancelled);

        var broken = await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.ExecuteAsync("SELECT 1"));
        var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(() => cluster.OpenAsync("n2"));
        Assert.Equal(ProbeFailureKind.Refused, ErrorClassifier.Classify(broken).Kind);
        Assert.Equal(ProbeFailureKind.Refused, ErrorClassifier.Classify(refused).Kind);
    }

    /// <summary>A fast stop ends a session with 57P01, which the session hears of at its next statement.</summary>
    [Fact]
    public async Task Stop_OpenSession_EndsWithAdminShutdown()
    {
        var cluster = await pair.ReadyAsync();
        await using var session = await cluster.OpenAsync("n2");

        await cluster["n2"].StopAsync(StopMode.Fast, Cancelled);

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.ExecuteAsync("SELECT 1"));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, error.SqlState);
        Assert.Equal(ProbeFailureKind.Refused, ErrorClassifier.Classify(error).Kind);
        Assert.False(session.FullState.HasFlag(System.Data.ConnectionState.Open));
    }

    /// <summary>A server without a free connection answers 53300: alive, and Overloaded, not lost.</summary>
    [Fact]
    public async Task Open_ConnectionLimitReached_IsTooManyConnections()
    {
        var cluster = await pair.ReadyAsync();
        await cluster["n1"].ExecuteAsync("CREATE ROLE crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 1", Cancelled);
        var crowd = new PostgresCredentials("crowd", "crowd");
        await using var only = await cluster.OpenAsync("n1", crowd);

        var error = await Assert.ThrowsAsync<PostgresException>(() => cluster.OpenAsync("n1", crowd));

        Assert.Equal(PostgresErrorCodes.TooManyConnections, error.SqlState);
        Assert.Equal(ProbeFailureKind.Overloaded, ErrorClassifier.Classify(error).Kind);
    }

    /// <summary>A wrong password and a missing database have codes of their own: Misconfigured, which waiting does not mend.</summary>
    [Fact]
    public async Task Open_WrongPasswordOrDatabase_IsMisconfigured()
    {
        var cluster = await pair.ReadyAsync();

        var password = await Assert.ThrowsAsync<PostgresException>(() => cluster.OpenAsync("n1", new PostgresCredentials(cluster.Control.User, "wrong")));
        var database = await Assert.ThrowsAsync<PostgresException>(() => cluster.OpenAsync("n1", configure: s => s.Database = "missing"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, password.SqlState);
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, database.SqlState);
        Assert.Equal(ProbeFailureKind.Misconfigured, ErrorClassifier.Classify(password).Kind);
        Assert.Equal(ProbeFailureKind.Misconfigured, ErrorClassifier.Classify(database).Kind);
    }
}

using HaConnect.Connections;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>What comes of a statement or an opening that a session of the library's own has given up: OwnSession's late answers, by which a slow server stays in sight.</summary>
public sealed class LateAnswerFacts(SharedCluster shared)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private readonly PostgresCluster _cluster = shared.Cluster;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT pg_sleep(0.5)")]
    [InlineData("SELECT 1 / (CASE WHEN pg_sleep(0.5)::text = '' THEN 0 ELSE 1 END)")] // an error is an answer
    public async Task Statement_AnsweredAfterItWasGivenUp_IsHeard(string sql)
    {
        var heard = new TaskCompletionSource();
        await using var session = await OpenAsync(heard, TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<TimeoutException>(() => session.QueryAsync(sql, static _ => true, Soon, Cancelled));
        await Until.EndsAsync(heard.Task);
    }

    [Fact]
    public async Task Statement_SessionEndedByTheServer_IsNotHeard()
    {
        var heard = new TaskCompletionSource();
        var session = await OpenAsync(heard, TimeSpan.FromSeconds(30));
        var process = session.ServerProcessId; // a closed one does not know it
        await using var other = await _cluster.OpenAsync("n1");
        await Assert.ThrowsAsync<TimeoutException>(() => session.QueryAsync("SELECT pg_sleep(60)", static _ => true, Soon, Cancelled));
        await other.ExecuteAsync("SELECT pg_terminate_backend($1)", process);
        await Until.TrueAsync("its end", async () => !await other.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", process));
        Assert.True(await Until.StillRunsAsync(heard.Task, TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public async Task Statement_AnsweredInTime_IsNoLateAnswer()
    {
        var heard = new TaskCompletionSource();
        await using (var session = await OpenAsync(heard, TimeSpan.FromSeconds(30)))
            await session.QueryAsync("SELECT 1", static _ => true, TimeSpan.FromSeconds(30), Cancelled);
        Assert.False(heard.Task.IsCompleted);
    }

    /// <summary>Its login waits behind a lock on the list of databases, as it would in a slow network.</summary>
    [Fact]
    public async Task Opening_CompletedAfterItWasGivenUp_IsHeard()
    {
        var heard = new TaskCompletionSource();
        await using var holder = await _cluster.OpenAsync("n1");
        await holder.ExecuteAsync("BEGIN; LOCK TABLE pg_catalog.pg_database IN ACCESS EXCLUSIVE MODE");
        await Assert.ThrowsAsync<TimeoutException>(() => OpenAsync(heard, TimeSpan.FromMilliseconds(300)));
        Assert.False(heard.Task.IsCompleted);
        await holder.ExecuteAsync("ROLLBACK");
        await Until.EndsAsync(heard.Task);
    }

    private Task<OwnSession> OpenAsync(TaskCompletionSource heard, TimeSpan timeout) =>
        OwnSession.OpenAsync(new NpgsqlConnection(_cluster.Settings("n1", configure: s => s.Timeout = 30).ConnectionString), timeout, TimeProvider.System, () => heard.TrySetResult(), Cancelled);
}

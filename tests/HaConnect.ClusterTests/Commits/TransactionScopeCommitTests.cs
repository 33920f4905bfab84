using System.Transactions;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary>The commit of a scope is Npgsql's own: what its end says while no standby confirms. docs/concepts/commits.md rests on it.</summary>
public sealed class TransactionScopeCommitTests(BlockedCluster blocked) : ClusterTest, IClassFixture<BlockedCluster>
{
    [Fact]
    public async Task CommandTimeoutWhileItWaits_IsInDoubt()
    {
        var id = blocked.NextId();
        await using var db = Build("scope-timeout", timeoutSeconds: 2);
        var ending = await BeginEndingAsync(db, id);
        var error = await Assert.ThrowsAsync<TransactionInDoubtException>(() => ending);
        TestContext.Current.TestOutputHelper?.WriteLine($"{error.Message} {error.InnerException?.Message}");
        await blocked.UnblockAsync();
    }

    /// <summary>Npgsql reports success. That is why the documentation says that such a commit is not confirmed.</summary>
    [Fact]
    public async Task CancelledByOthersWhileItWaits_IsReportedAsASuccess()
    {
        var id = blocked.NextId();
        await using var db = Build("scope-cancel", timeoutSeconds: 60);
        var ending = await BeginEndingAsync(db, id);
        var waiting = await blocked.WaitingAsync("scope-cancel");
        await blocked.Cluster["n1"].ExecuteAsync($"SELECT pg_cancel_backend({waiting})", Cancelled);
        await ending;
        Assert.True(await blocked.IsVisibleAsync(id));
        await blocked.UnblockAsync();
    }

    private HaDataSource Build(string application, int timeoutSeconds)
    {
        var options = ClusterOptions.Observe(blocked.Cluster);
        options.ConnectionString += $";Application Name={application};Command Timeout={timeoutSeconds}";
        return new HaDataSourceBuilder(options).Build();
    }

    private async Task<Task> BeginEndingAsync(HaDataSource db, int id)
    {
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await blocked.BlockAsync();
        var application = new NpgsqlConnectionStringBuilder(db.ConnectionString).ApplicationName!;
        var ending = Task.Run(() =>
        {
            using var scope = new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromMinutes(2));
            using (var connection = db.OpenConnection())
            {
                using var insert = new NpgsqlCommand($"INSERT INTO written VALUES ({id})", connection);
                insert.ExecuteNonQuery();
            }

            scope.Complete();
        }, Cancelled);
        await UntilAsync("the commit waits for a standby", async () => ending.IsCompleted || await blocked.WaitingAsync(application) is not null);
        return ending;
    }
}

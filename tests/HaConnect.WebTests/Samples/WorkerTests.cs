using HaConnect.Testing;
using Npgsql;

namespace HaConnect.WebTests.Samples;

public sealed class WorkerTests : SampleTest
{
    private const int Transfers = 600;

    /// <summary>Two workers share a queue, and the primary is killed while it is filled and emptied.</summary>
    [Fact]
    public async Task Transfers_PrimaryKilledUnderLoad_EachIsCarriedOutOnce()
    {
        var cluster = await StartClusterAsync();
        SampleProcess[] workers = [StartSample("Worker", cluster), StartSample("Worker", cluster)];
        await UntilAsync("the tables", async () => await ReadAsync<bool>(cluster, "SELECT to_regclass('accounts') IS NOT NULL"));
        await UntilCoordinatedAsync(cluster);
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();

        for (var i = 1; i <= Transfers; i++)
        {
            await AddAsync(db, i);
            if (i == Transfers / 3)
                await cluster["n1"].KillAsync(Cancelled);
        }

        await UntilAsync("the queue is empty", async () => await ReadAsync<long>(cluster, "SELECT count(*) FROM transfers WHERE done_at IS NULL") == 0, TimeSpan.FromSeconds(60));
        Assert.Equal(Transfers, await ReadAsync<long>(cluster, "SELECT count(*) FROM transfers"));
        Assert.Equal(Transfers * (Transfers + 1m) / 2, await ReadAsync<decimal>(cluster, "SELECT sum(balance) FROM accounts")); // one too many, or one too few, would show
        Assert.NotEqual("n1", (await cluster.GetPrimaryAsync(Cancelled)).Name);
        Assert.All(workers, w => Assert.True(w.IsRunning));
        Assert.All(workers, w => Assert.Empty(w.Errors));
    }

    private static Task AddAsync(HaDataSource db, int amount)
    {
        var id = Guid.NewGuid();
        return db.ExecuteAsync(
            async (connection, ct) =>
            {
                await using var add = new NpgsqlCommand("INSERT INTO transfers (id, account, amount) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", connection)
                {
                    Parameters = { new() { Value = id }, new() { Value = $"account {amount % 10}" }, new() { Value = (decimal)amount } },
                };
                await add.ExecuteNonQueryAsync(ct);
            },
            WorkKind.IdempotentWrite, Cancelled);
    }
}

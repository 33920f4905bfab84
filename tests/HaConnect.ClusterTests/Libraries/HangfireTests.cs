using System.Collections.Concurrent;
using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;

namespace HaConnect.ClusterTests.Libraries;

/// <summary>Hangfire with its jobs in the database, through its connection factory.</summary>
public sealed class HangfireTests : ClusterTest
{
    [Fact]
    public async Task JobScheduledBeforeAFailover_RunsAfterIt()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        var storage = new PostgreSqlStorage(new Connections(db), new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(100) });
        var client = new BackgroundJobClient(storage);
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, SchedulePollingInterval = TimeSpan.FromMilliseconds(200), ShutdownTimeout = TimeSpan.FromSeconds(5) }, storage))
        {
            client.Enqueue(() => Jobs.Record("now"));
            await UntilAsync("a job at once", () => Task.FromResult(Jobs.Done.Contains("now")));

            // It is in the database only, when the primary is lost.
            client.Schedule(() => Jobs.Record("later"), TimeSpan.FromSeconds(4));
            await cluster["n1"].KillAsync(Cancelled);
            await UntilAsync("the job scheduled before", () => Task.FromResult(Jobs.Done.Contains("later")), TimeSpan.FromSeconds(60));
            Assert.Equal(2, db.Snapshot.Term);
            client.Enqueue(() => Jobs.Record("after"));
            await UntilAsync("a job scheduled after", () => Task.FromResult(Jobs.Done.Contains("after")));
        }

        Assert.Equal(3, Jobs.Done.Count);
    }

    /// <summary>Hangfire calls public methods.</summary>
    public static class Jobs
    {
        internal static ConcurrentBag<string> Done { get; } = [];

        public static void Record(string name) => Done.Add(name);
    }

    private sealed class Connections(HaDataSource db) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => db.OpenConnection();
    }
}

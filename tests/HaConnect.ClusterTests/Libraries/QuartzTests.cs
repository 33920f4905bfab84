using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace HaConnect.ClusterTests.Libraries;

/// <summary>Quartz.NET with its jobs in the database, through <see cref="DbDataSource"/>.</summary>
public sealed class QuartzTests : ClusterTest
{
    private static readonly ConcurrentBag<string> s_done = [];

    [Fact]
    public async Task JobScheduledBeforeAFailover_RunsAfterIt()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<DbDataSource>(db);
        services.AddQuartz(q => q.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.UseRegisteredDataSource = true);
            store.ProvisionSchema();
        }));
        await using var provider = services.BuildServiceProvider();
        var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler(Cancelled);
        await scheduler.Start(Cancelled);
        await scheduler.ScheduleJob(Job("now"), TriggerBuilder.Create().StartNow().Build(), cancellationToken: Cancelled);
        await UntilAsync("a job at once", () => Task.FromResult(s_done.Contains("now")));

        // It is in the database only, when the primary is lost.
        await scheduler.ScheduleJob(Job("later"), TriggerBuilder.Create().StartAt(TimeProvider.System.GetUtcNow().AddSeconds(4)).Build(), cancellationToken: Cancelled);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("the job scheduled before", () => Task.FromResult(s_done.Contains("later")));
        Assert.Equal(2, db.Snapshot.Term);
        await scheduler.ScheduleJob(Job("after"), TriggerBuilder.Create().StartNow().Build(), cancellationToken: Cancelled);
        await UntilAsync("a job scheduled after", () => Task.FromResult(s_done.Contains("after")));
        await scheduler.Shutdown(waitForJobsToComplete: true, Cancelled);
        Assert.Equal(3, s_done.Count);
    }

    private static IJobDetail Job(string name) => JobBuilder.Create<Recording>().WithIdentity(name).Build();

    private sealed class Recording : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            s_done.Add(context.JobDetail.Key.Name);
            return default;
        }
    }
}

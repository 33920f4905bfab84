using System.Globalization;
using HaConnect.Testing;

namespace HaConnect.ClusterTests;

/// <summary>
/// A test on real servers. Clusters started through it are disposed at the end; when the test failed, the state of each and the end of
/// every node's log come with it, as output and as attachments.
/// </summary>
public abstract class ClusterTest : IAsyncDisposable
{
    private readonly List<PostgresCluster> _clusters = [];

    /// <summary>Ends what the test waits for when the run is cancelled.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected async Task<PostgresCluster> StartClusterAsync(PostgresClusterOptions? options = null)
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(options, Cancelled);
        lock (_clusters)
            _clusters.Add(cluster);
        return cluster;
    }

    private protected static HaDataSource BuildAudited(HaDatabaseOptions options, RecordingAuditSink audit) => new HaDataSourceBuilder(options).AddAuditSink(audit).Build();

    /// <summary>Waits for what only asking can tell.</summary>
    protected internal static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        TimeSpan patience = timeout ?? TimeSpan.FromSeconds(30);
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < patience, $"{what} did not come true within {patience.TotalSeconds:0.#} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }
    }

    /// <summary>Waits until term 1 is established and every standby is in use.</summary>
    protected static async Task UntilManagedAsync(HaDataSource db)
    {
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("term 1", () => Task.FromResult(db.Snapshot is { Term: 1, Primary: not null }));
        await UntilAsync("every standby proven fresh", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Role == NodeRole.Primary || n.Lag is not null)));
    }

    public virtual async ValueTask DisposeAsync()
    {
        bool failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        for (int i = 0; i < _clusters.Count; i++)
        {
            if (failed)
                await AttachAsync(_clusters[i], i + 1);
            await _clusters[i].DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    private static async Task AttachAsync(PostgresCluster cluster, int number)
    {
        string description = await cluster.DescribeAsync(CancellationToken.None);
        TestContext.Current.TestOutputHelper?.WriteLine(description);
        TestContext.Current.AddAttachment(string.Create(CultureInfo.InvariantCulture, $"cluster-{number}.txt"), description);
    }
}

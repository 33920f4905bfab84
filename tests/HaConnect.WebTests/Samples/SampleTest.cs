using HaConnect.Testing;
using Npgsql;

namespace HaConnect.WebTests.Samples;

/// <summary>A sample under load, and its primary killed. What it printed comes with a failed test.</summary>
public abstract class SampleTest : ClusterTest
{
    private readonly List<SampleProcess> _samples = [];

    private protected SampleProcess StartSample(string name, PostgresCluster cluster, params string[] arguments)
    {
        var sample = SampleProcess.Start(name, cluster, arguments);
        _samples.Add(sample);
        return sample;
    }

    /// <summary>Of the primary, past HaConnect.</summary>
    private protected static async Task<T?> ReadAsync<T>(PostgresCluster cluster, string sql) => await ReadAsync<T>(cluster, await cluster.GetPrimaryAsync(Cancelled), sql);

    private protected static async Task<T?> ReadAsync<T>(PostgresCluster cluster, PostgresNode node, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(node));
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancelled) is T value ? value : default;
    }

    private protected static Task UntilCoordinatedAsync(PostgresCluster cluster) =>
        UntilAsync("term 1", async () => await cluster["n1"].ScalarAsync<bool>("SELECT to_regclass('haconnect.term') IS NOT NULL", Cancelled)
            && await cluster["n1"].ScalarAsync<long>("SELECT coalesce(max(term), 0) FROM haconnect.term WHERE established_at IS NOT NULL", Cancelled) == 1);

    public override async ValueTask DisposeAsync()
    {
        foreach (var sample in _samples)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
                TestContext.Current.TestOutputHelper?.WriteLine(sample.Output);
            await sample.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

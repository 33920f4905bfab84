using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>One real cluster for all benchmarks: this process starts it, BenchmarkDotNet's processes inherit how to reach it.</summary>
internal static class BenchmarkCluster
{
    private const string Variable = "HACONNECT_BENCH_CLUSTER";

    /// <summary>
    /// All nodes, the primary first. The one pool setting that HaConnect sets by itself is set for everyone, so that all pools are alike.
    /// </summary>
    internal static string ConnectionString =>
        Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException("Run the benchmarks by eng/bench.sh, which starts a cluster.");

    internal static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await PostgresCluster.StartAsync();
        Environment.SetEnvironmentVariable(Variable, new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { CancellationTimeout = -1 }.ConnectionString);
        return cluster;
    }
}

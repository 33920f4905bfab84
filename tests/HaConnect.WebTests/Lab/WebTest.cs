using System.Globalization;
using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.WebTests.Lab;

/// <summary>A test of applications that serve HTTP, on a real cluster. They are stopped at the end, before the cluster is.</summary>
public abstract class WebTest : ClusterTest
{
    private readonly List<WebService> _services = [];
    private readonly string _keys = Directory.CreateTempSubdirectory("haconnect-keys-").FullName;

    private protected WebServiceOptions Options(PostgresCluster cluster, TimeSpan? maxReplicaLag = null)
    {
        var options = new WebServiceOptions(cluster, _keys);
        if (maxReplicaLag is { } lag)
            options.Settings["Routing__MaxReplicaLag"] = lag.ToString("c", CultureInfo.InvariantCulture);
        return options;
    }

    private protected async Task<WebService> StartServiceAsync(WebServiceOptions options)
    {
        var service = await WebService.StartAsync(options);
        _services.Add(service);
        return service;
    }

    private protected static Task UntilServingAsync(WebService service, params string[] nodes) =>
        UntilAsync($"{string.Join(", ", nodes)} in use", () => Task.FromResult(nodes.All(n => service.Database.Snapshot[n]?.Lag is not null)));

    /// <summary>No node lacks the table, term 1 is established where anybody coordinates (with a new term all proofs begin anew), and every standby serves reads.</summary>
    private protected static async Task CreateRowsAsync(PostgresCluster cluster, params WebService[] services)
    {
        await ScalarAsync(cluster, "n1", Rows.Create);
        foreach (var node in cluster.Nodes)
            await UntilAsync($"the table at {node.Name}", async () => await ScalarAsync(cluster, node.Name, "SELECT to_regclass('rows') IS NOT NULL") is true);
        foreach (var service in services.Where(s => s.Database.Runtime.Options.Failover.Mode == FailoverMode.Coordinate))
            await UntilAsync("term 1", () => Task.FromResult(service.Database.Snapshot is { Term: 1, Primary: not null }));
        foreach (var service in services)
            await UntilServingAsync(service, "n2", "n3");
    }

    /// <summary>As the application's user in its database, past HaConnect.</summary>
    private protected static async Task<object?> ScalarAsync(PostgresCluster cluster, string node, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(cluster[node]));
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancelled);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
                TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', service.Log.GetSnapshot().Where(l => l.Level >= LogLevel.Warning).Select(l => $"{l.Level} {l.Category}: {l.Message} {l.Exception}")));
            await service.DisposeAsync();
        }

        await base.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
        GC.SuppressFinalize(this);
    }
}

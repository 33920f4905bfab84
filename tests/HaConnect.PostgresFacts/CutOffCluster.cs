using HaConnect.Testing;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>
/// n1, which demands a synchronous standby, and n2, the only one there is, cut off from it as DataNodeControl.CutOffAsync does: every
/// commit at n1 waits. Facts that share it leave it so; what they write they write under ids of their own.
/// </summary>
public sealed class CutOffCluster : IAsyncLifetime
{
    private int _lastId;

    public PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1 }, TestContext.Current.CancellationToken);
        await Cluster["n1"].ExecuteAsync("CREATE TABLE written (id int PRIMARY KEY)", TestContext.Current.CancellationToken);
        await using var session = await Cluster.OpenAsync("n2", Cluster.Control);
        await session.CutOffAsync();
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>An id that no other fact writes.</summary>
    public int NextId() => Interlocked.Increment(ref _lastId);

    internal Task<NpgsqlConnection> OpenAsync(Action<NpgsqlConnectionStringBuilder>? configure = null) => Cluster.OpenAsync("n1", configure: configure);

    internal static string Insert(int id) => $"INSERT INTO written VALUES ({id})";

    internal async Task<bool> IsVisibleAsync(int id) =>
        await Cluster["n1"].ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM written WHERE id = {id})", TestContext.Current.CancellationToken);

    internal Task WaitsAsync(NpgsqlConnection session)
    {
        var process = session.ProcessID; // unknown once the connection is closed
        return Until.TrueAsync("the wait for a standby", () => Cluster["n1"].WaitsForStandbyAsync(process));
    }
}

[CollectionDefinition(Name)]
public sealed class CutOffGroup : ICollectionFixture<CutOffCluster>
{
    public const string Name = "a primary whose synchronous standby is cut off";
}

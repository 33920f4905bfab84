using HaConnect.Operations.Rejoining;
using HaConnect.Testing.Processes;
using Npgsql;

namespace HaConnect.Testing.Setup;

/// <summary>A node of the cluster as the host on which a rejoin works: see <see cref="PostgresCluster.RejoinAsync(PostgresNode, CancellationToken)"/>.</summary>
internal sealed class RejoiningHost(ClusterSetup setup, PostgresNode node) : IServerHost
{
    private static readonly TimeSpan PatienceToStop = TimeSpan.FromSeconds(10);

    // In a test whatever the node alone holds may go.
    internal static RejoinOrder Order(ClusterSetup setup, IReadOnlyList<PostgresNode> nodes, PostgresNode node, bool discards) => new()
    {
        Node = node.Name,
        DataDirectory = node.DataDirectory,
        Self = new NodeAddress(node.Name, node.Host, node.Port, setup.OwnWayTo(node)),
        Others = [.. nodes.Where(n => n != node).Select(n => new NodeAddress(n.Name, n.Host, n.Port, setup.OwnWayTo(n)))],
        Sql = new NpgsqlConnectionStringBuilder { Username = setup.Superuser.User, Password = setup.Superuser.Password, Database = "postgres", Pooling = false, Timeout = 5 },
        ReplicationUsername = setup.Replication.User,
        ReplicationPassword = setup.Replication.Password,
        Conninfo = primary => NodeFiles.Conninfo(setup, nodes.First(n => n.Name == primary), node.Name),
        DiscardAckedWritesOf = discards ? node.Name : null,
        StreamTimeout = setup.Options.StartTimeout,
        Syncs = false,
    };

    public async Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, string? password, CancellationToken cancellationToken)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        if (password is not null)
            environment["PGPASSWORD"] = password;
        ToolResult result = await setup.Host.RunAsync(program, arguments, environment, "", cancellationToken).ConfigureAwait(false);
        return (result.ExitCode, result.Output);
    }

    public string AddressOf(string primaryHost) => setup.Options.Network is null ? primaryHost : setup.Folder;

    public Task<bool> IsRunningAsync(CancellationToken cancellationToken) => Task.FromResult(node.IsRunning);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (node is { IsRunning: true, IsFrozen: false })
        {
            using CancellationTokenSource patience = new(PatienceToStop, TimeProvider.System);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await node.StopAsync(StopMode.Fast, both.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // A fast stop waits for standbys that may hang; it is killed below.
            }
        }
        await node.KillAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        node.EndBlock();
        return node.StartAsync(cancellationToken);
    }

    public void Own(string path) => setup.User.Own(path);
}

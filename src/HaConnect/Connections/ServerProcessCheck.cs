using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// Runs once on each new physical connection: it must lead to the very server process that was probed. A crash-restarted standby
/// accepts reads far behind what it had replayed before, and a restarted primary may have become something else.
/// </summary>
internal sealed class ServerProcessCheck(Node node, Func<ClusterSnapshot> currentSnapshot)
{
    private const string Sql = "SELECT pg_catalog.pg_postmaster_start_time()";

    internal void Run(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        Compare((DateTime)command.ExecuteScalar()!);
    }

    internal async Task RunAsync(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(Sql, connection);
        await using (command.ConfigureAwait(false))
            Compare((DateTime)(await command.ExecuteScalarAsync().ConfigureAwait(false))!);
    }

    private void Compare(DateTime startTime)
    {
        var probed = currentSnapshot().Of(node);
        if (probed is not null && probed.StartedAt?.UtcDateTime != startTime)
            throw new ServerRestartedException(node.Name, "was restarted since it was last probed");

        // What was decided before a probe saw that must not be carried out after it.
        if (probed is null)
            throw new ServerRestartedException(node.Name, "was removed");
        if (probed.IsForeign)
            throw new ServerRestartedException(node.Name, "now belongs to another cluster");
    }
}

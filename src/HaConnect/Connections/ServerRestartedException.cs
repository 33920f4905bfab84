using Npgsql;

namespace HaConnect.Connections;

/// <summary>A node's server is not, or no longer, the one that was probed there; the open is tried again after the next probe, or elsewhere.</summary>
internal sealed class ServerRestartedException(string node, string why)
    : NpgsqlException($"Node {node} {why}.")
{
    public override bool IsTransient => true;
}

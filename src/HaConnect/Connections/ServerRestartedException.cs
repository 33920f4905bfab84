using Npgsql;

namespace HaConnect.Connections;

/// <summary>A node was restarted since it was last probed; the open is tried again after the next probe.</summary>
internal sealed class ServerRestartedException(string node)
    : NpgsqlException($"Node {node} was restarted since it was last probed.")
{
    public override bool IsTransient => true;
}

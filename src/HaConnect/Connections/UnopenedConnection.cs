using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>A connection that was made and not yet opened.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Node">The node whose pool it is of; null where it finds its server by itself.</param>
internal readonly record struct UnopenedConnection(NpgsqlConnection Connection, Node? Node);

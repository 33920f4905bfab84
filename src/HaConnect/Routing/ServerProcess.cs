using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>A node between two of its restarts.</summary>
internal sealed record ServerProcess(Node Node, DateTime StartTime);

namespace HaConnect.Testing.Hosting;

/// <summary>
/// Network namespaces in which the nodes of a cluster live, so that what goes between two of them can be cut. This process stays outside: its own
/// sessions go by the servers' Unix sockets, which no cut of the network touches.
/// </summary>
internal interface INodeNetwork
{
    /// <summary>The address under which clients and the other nodes reach the node.</summary>
    string AddressOf(string node);

    /// <summary>The address on which its server listens: another one where something stands between the two.</summary>
    string ListenAddressOf(string node);

    /// <summary>Called when a node's port is known, before any server starts.</summary>
    void PortTaken(string node, int port);

    /// <summary>The file that stands for the node's network namespace.</summary>
    string NamespaceOf(string node);
}

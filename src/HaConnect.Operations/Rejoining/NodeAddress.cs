namespace HaConnect.Operations.Rejoining;

/// <summary>A node, and where it is reached.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">For the other nodes and PostgreSQL's programs.</param>
/// <param name="Port">For all.</param>
/// <param name="SqlHost">For this process.</param>
internal sealed record NodeAddress(string Name, string Host, int Port, string SqlHost);

namespace HaConnect.Operations.Drills.Workload;

/// <summary>One read of what every writer has written.</summary>
/// <param name="BeganAt">The ledger's clock just before the connection was asked for.</param>
/// <param name="Node">The server that served it.</param>
/// <param name="Newest">The highest sequence seen of each writer; 0 where none was.</param>
internal sealed record Read(long BeganAt, string Node, int[] Newest);

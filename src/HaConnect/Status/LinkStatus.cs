namespace HaConnect.Status;

/// <summary>A standby that receives WAL.</summary>
/// <param name="From">The name of the node it receives from; null where it is none of this cluster's known nodes.</param>
/// <param name="FromAddress">Its address, as the standby says it; null where only the sending node says so.</param>
/// <param name="To">The standby.</param>
/// <param name="State">As <c>pg_stat_replication</c> says it on the sending node, else as the receiver does; null where neither can be seen.</param>
/// <param name="SyncState">As the sending node says it; null where that cannot be seen.</param>
internal sealed record LinkStatus(string? From, string? FromAddress, string To, string? State, string? SyncState);

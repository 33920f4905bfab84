namespace HaConnect.Probing;

/// <summary>A row of <c>pg_stat_replication</c> on a primary.</summary>
internal sealed record SenderState(string ApplicationName, string? ClientAddress, string? State, string? SyncState, ulong? FlushLsn)
{
    internal bool IsSynchronous => SyncState is "sync" or "quorum";

    internal bool IsStreaming => State is "streaming";
}

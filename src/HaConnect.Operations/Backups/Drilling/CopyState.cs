using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>How far a copy's recovery is.</summary>
/// <param name="IsPaused">Whether it stands still.</param>
/// <param name="Lsn">Up to where WAL was replayed.</param>
/// <param name="LastCommit">The newest commit that was replayed; null for none.</param>
/// <param name="SystemIdentifier">Of the cluster.</param>
internal sealed record CopyState(bool IsPaused, NpgsqlLogSequenceNumber Lsn, DateTimeOffset? LastCommit, ulong SystemIdentifier);

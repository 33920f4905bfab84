namespace HaConnect.Cli.Seeing;

/// <summary>A node in a line of the table, and in the documents.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Zone">Its zone; null where none is given.</param>
/// <param name="Role">primary, standby, quarantined, other or unknown.</param>
/// <param name="State">reachable, suspect, unreachable or unknown; with "maintenance" or "misconfigured" where it is.</param>
/// <param name="IsStale">Role, timeline and LSN are what it said when it answered last.</param>
/// <param name="Timeline">Its timeline; null while unknown.</param>
/// <param name="Lsn">The primary's insert position, a standby's replay position.</param>
/// <param name="LagBytes">Of WAL, behind the primary.</param>
/// <param name="LagSeconds">The proven bound of its staleness; null for a primary and while nothing is proven.</param>
/// <param name="SyncState">sync, quorum, potential or async, as the primary says it; null where that cannot be seen.</param>
/// <param name="Serves">What would be routed there now: writes, reads, both, or nothing (null).</param>
/// <param name="Version">Of the server.</param>
/// <param name="Reason">Why it is used or not.</param>
internal sealed record NodeRow(
    string Node, string Host, int Port, string? Zone, string Role, string State, bool IsStale, int? Timeline, string? Lsn, long? LagBytes, double? LagSeconds, string? SyncState, string? Serves,
    string? Version, string Reason);

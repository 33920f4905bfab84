namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>See <see cref="HistoryPoint"/>.</summary>
internal sealed record HistoryNode(string Name, double? LagMs, double? LatencyMs, long? Reads);

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>What the charts show of one second.</summary>
/// <param name="At">When.</param>
/// <param name="WriteGap">The longest time without a node to write to that ended in it, or goes on; seconds.</param>
/// <param name="Nodes">Of each node its lag and its latency in milliseconds, null where unknown, and the reads counted so far, null where nobody counted.</param>
internal sealed record HistoryPoint(DateTimeOffset At, double WriteGap, IReadOnlyList<HistoryNode> Nodes);

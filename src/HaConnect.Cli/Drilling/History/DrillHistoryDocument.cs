using HaConnect.Operations;

namespace HaConnect.Cli.Drilling.History;

/// <summary>The document of <c>drill history</c>.</summary>
internal sealed record DrillHistoryDocument(int SchemaVersion, DateTimeOffset At, DateTimeOffset? Since, bool IsOverdue, IReadOnlyList<StandingRow> Standings, IReadOnlyList<DrillRow> Drills)
{
    internal static DrillHistoryDocument Of(DrillHistory history) =>
        new(1, history.At, history.Since, history.IsOverdue, [.. history.Standings.Select(StandingRow.Of)], [.. history.Entries.Select(e => DrillRow.Of(e, history))]);
}

namespace HaConnect.Histories;

/// <summary>All that one server holds when the clients have ended, read directly, past HaConnect.</summary>
internal sealed record FinalRead : HistoryEvent
{
    public required string Node { get; init; }

    public required FinalRole Role { get; init; }

    public int? Timeline { get; init; }

    /// <summary>Of every writer its rows as ranges: <c>1-57,59-80</c>.</summary>
    public required IReadOnlyDictionary<string, string> Rows { get; init; }

    /// <summary>Rows that are there more than once, as <c>client/op</c>.</summary>
    public IReadOnlyList<string> Twice { get; init; } = [];

    public required IReadOnlyDictionary<int, long> Balances { get; init; }
}

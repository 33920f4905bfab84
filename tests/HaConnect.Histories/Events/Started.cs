namespace HaConnect.Histories;

/// <summary>A workload began.</summary>
internal sealed record Started : HistoryEvent
{
    /// <summary>For people: the wall clock at the same moment.</summary>
    public required DateTimeOffset Wall { get; init; }

    public required int Accounts { get; init; }

    /// <summary>What each account held at the beginning.</summary>
    public required long OpeningBalance { get; init; }
}

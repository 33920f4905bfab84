using HaConnect.Failover.Switchover;

namespace HaConnect.ClusterTests.Lab;

/// <summary>One switchover: instants are those of the history.</summary>
/// <param name="Condition">What delayed or forbade it.</param>
/// <param name="From">Who was the primary.</param>
/// <param name="Asked">Just before it was asked for.</param>
/// <param name="Over">When writes had gone on for a while after its end.</param>
/// <param name="Outcome">What is on record.</param>
internal sealed record SwitchoverRun(string Condition, string From, long Asked, long Over, string Outcome)
{
    internal bool Succeeded => Outcome == SwitchoverRequest.Succeeded;

    /// <summary>When the last of the transactions that were waited for had committed.</summary>
    internal long? TransactionsEnded { get; init; }
}

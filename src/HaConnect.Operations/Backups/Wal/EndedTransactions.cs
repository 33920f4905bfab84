using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>
/// Up to which id all transactions had ended, by the newest look at the running ones that the WAL has, and by the ends behind it. Is given the segments from the last one back, each from its begin on.
/// Ends of subtransactions and of prepared transactions are not counted one by one: then it says less, and never more.
/// </summary>
internal sealed class EndedTransactions
{
    private const uint First = 3;

    private readonly HashSet<uint> _ended = [];
    private readonly HashSet<uint> _endedInSegment = [];
    private uint? _oldest;
    private uint? _oldestInSegment;

    /// <summary>Its lower 32 bits; null where no look has been found yet.</summary>
    internal uint? Before
    {
        get
        {
            var before = _oldest;
            while (before is { } id && _ended.Contains(id))
                before = Math.Max(unchecked(id + 1), First);
            return before;
        }
    }

    internal void Take(WalRecord record)
    {
        if (record.OldestRunning is { } oldest)
        {
            _oldestInSegment = oldest;
            _endedInSegment.Clear();
        }
        else if (record is { IsEnd: true, TransactionId: > 0 })
            _endedInSegment.Add(record.TransactionId);
    }

    /// <summary>A segment is through, and the one before it is next.</summary>
    internal void GoBack()
    {
        if (_oldest is null)
        {
            _ended.UnionWith(_endedInSegment);
            _oldest = _oldestInSegment;
        }

        _oldestInSegment = null;
        _endedInSegment.Clear();
    }
}

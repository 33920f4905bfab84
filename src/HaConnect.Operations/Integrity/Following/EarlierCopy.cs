namespace HaConnect.Operations.Integrity;

/// <summary>The right side is a physical copy of the left one as of an earlier moment: nothing follows anything.</summary>
internal sealed class EarlierCopy : IFollowing
{
    public string Description => "The right side is a copy of the left one as it was earlier: rows that were changed or removed at the left since are counted, and not judged.";

    public Task<long> MarkAsync(SessionPair pair, Side at, CancellationToken cancellationToken) => Task.FromResult(0L);

    public Task<bool> UntilAsync(SessionPair pair, Side by, long mark, CancellationToken cancellationToken) => Task.FromResult(true);
}

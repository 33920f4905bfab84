namespace HaConnect.Operations.Integrity;

/// <summary>How it is told that one side has had the time to show what the other one showed.</summary>
internal interface IFollowing
{
    /// <summary>For people, in the report.</summary>
    string Description { get; }

    /// <summary>A mark of what a side shows now: all that was read there before.</summary>
    Task<long> MarkAsync(SessionPair pair, Side at, CancellationToken cancellationToken);

    /// <summary>Waits until the other side shows all of what is before the mark; false where it did not in time.</summary>
    Task<bool> UntilAsync(SessionPair pair, Side by, long mark, CancellationToken cancellationToken);
}

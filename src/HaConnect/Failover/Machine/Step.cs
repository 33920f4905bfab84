namespace HaConnect.Failover;

/// <summary>Where a coordinator stands. The rows between them are in <see cref="FailoverTable"/>.</summary>
internal enum Step
{
    /// <summary>Not the coordinator; holds nothing.</summary>
    Watching,

    /// <summary>Asks the voters for their locks.</summary>
    Electing,

    /// <summary>Coordinator: reads every voter's record and settings.</summary>
    Surveying,

    /// <summary>Coordinator in peace.</summary>
    Leading,

    /// <summary>Reads the registers, to find the next term and what others have begun.</summary>
    Reading,

    /// <summary>Has the lost primary fenced from outside PostgreSQL, where a program for that is configured.</summary>
    Isolating,

    /// <summary>Has the voters promise the new term.</summary>
    Promising,

    /// <summary>Stops the standbys from receiving, so that the old primary can ack nothing more.</summary>
    CuttingOff,

    /// <summary>Reads how far the cut-off standbys have come.</summary>
    ReadingPositions,

    /// <summary>Binds the term to the candidate, on a majority and on the candidate.</summary>
    Deciding,

    /// <summary>Gives the candidate its synchronous standby names.</summary>
    Preparing,

    /// <summary>Checks in every lock session that nothing has changed.</summary>
    Verifying,

    Promoting,

    /// <summary>Where no standby has to ack: has a majority accept the candidate before it takes writes alone.</summary>
    Accepting,

    /// <summary>Puts the names in force under which the candidate acks: it is accepted, or confirmed, or its names become fewer.</summary>
    Opening,

    /// <summary>Repoints the others and commits the term's row on the new primary.</summary>
    Establishing,

    /// <summary>Waits until enough synchronous standbys have flushed the row.</summary>
    Flushing,

    /// <summary>Names further synchronous standbys: the row that has them is where the former ones are.</summary>
    Widening,

    /// <summary>Marks the term established, upon which every instance routes to the new primary.</summary>
    Marking,

    /// <summary>Has an old primary that is in reach refuse writes.</summary>
    Fencing,

    /// <summary>Switchover: tells every instance, by the primary, that it is about to begin, and waits until all have seen that.</summary>
    Announcing,

    /// <summary>Switchover: new writes are held; waits until no transaction is open, and has the primary refuse writes.</summary>
    Draining,

    /// <summary>Switchover: gives the primary names that nobody bears, and reads its last position.</summary>
    Sealing,

    /// <summary>Switchover: waits until the target has replayed that position.</summary>
    CatchingUp,

    /// <summary>Lets the primary take writes again: the switchover is called off, or its coordinator died.</summary>
    Reopening,

    /// <summary>Points cut-off standbys back: the failover is refused.</summary>
    Reverting,

    Stopped,
}

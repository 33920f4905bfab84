namespace HaConnect.Failover;

/// <summary>How far the coordinator of a term has come at a voter.</summary>
internal enum RegisterPhase
{
    /// <summary>The voter takes orders of this term only, or of a later one.</summary>
    Promised,

    /// <summary>The term is bound to the candidate named in the register.</summary>
    Decided,

    /// <summary>Asynchronous replication only: the promoted candidate is accepted as primary.</summary>
    Accepted,

    /// <summary>The voter follows (or is) the established primary of the term.</summary>
    Established,

    /// <summary>Promised, while the decision of an earlier term that it carries on had been accepted.</summary>
    PromisedAfterAcceptance,

    /// <summary>The established primary's only: a switchover is about to begin, so that every instance looks often.</summary>
    Announced,

    /// <summary>The established primary's only: a switchover is under way, and every instance holds its new writes.</summary>
    Held,
}

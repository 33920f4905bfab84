namespace HaConnect.Failover;

/// <summary>How far the coordinator of a term has come at a voter.</summary>
internal enum RegisterPhase
{
    /// <summary>The voter takes orders of this term only, or of a later one.</summary>
    Promised,

    /// <summary>The term is bound to the candidate named in the register.</summary>
    Decided,

    /// <summary>Where no standby has to ack: the candidate is accepted as a primary that takes writes alone.</summary>
    Accepted,

    /// <summary>The voter follows (or is) the established primary of the term.</summary>
    Established,

    /// <summary>The established primary's only: a switchover is about to begin, so that every instance looks often.</summary>
    Announced,

    /// <summary>The established primary's only: a switchover is under way, and every instance holds its new writes.</summary>
    Held,
}

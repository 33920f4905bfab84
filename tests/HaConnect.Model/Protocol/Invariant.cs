namespace HaConnect.Model;

/// <summary>What must hold in every state.</summary>
internal enum Invariant
{
    None,

    /// <summary>Whoever is established has every acked write.</summary>
    NoLostAck,

    /// <summary>Nobody acks for an older term once a newer one has acked or is established, nor can two nodes ack at once.</summary>
    AtMostOneAckingPrimary,

    /// <summary>When a node is promoted, enough of the synchronous standbys in force are cut off and bound by the term's promise.</summary>
    RevocationQuorum,

    /// <summary>The promoted node is the furthest of those cut off.</summary>
    MaxLogChosen,

    /// <summary>A node has its synchronous names when it is promoted.</summary>
    SsnBeforePromote,

    /// <summary>A term is established when k of its synchronous standbys have flushed its row.</summary>
    EstablishBeforeServe,

    /// <summary>A standby is repointed under the term that it promised.</summary>
    NoRepointBelowPromise,

    /// <summary>A node is rebuilt from an established primary.</summary>
    NoRewindBeforeEstablish,

    /// <summary>A term has one primary.</summary>
    OneLeaderPerTerm,

    /// <summary>A register's term never falls.</summary>
    TermMonotonic,
}
